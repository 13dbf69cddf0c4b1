// The little of Playwright that the hook relies on, nearly all of it private: the self-test in `patch.cjs` and the
// guards in `versions.cjs` say what happens where a version has it otherwise.

export interface StackFrame {
  file: string;
  line: number;
  column?: number;
}

/** Fourth argument of `sendMessageToServer` since 1.53; before, it was the API's name, and the frames came fifth. */
export interface SendOptions {
  frames?: StackFrame[];
  timeout?: number;
}

export interface Params {
  selector?: unknown;
  strict?: boolean;
  timeout?: number;
  isNot?: boolean;
  expression?: string;
  state?: string;
  omitReturnValue?: boolean;
}

export interface HealableParams extends Params {
  selector: string;
}

export type Send = (this: Connection, object: ChannelOwner, method: string, params: Params, ...rest: unknown[]) => Promise<unknown>;

export interface Connection {
  sendMessageToServer: Send;
  /** The server's object behind a channel, where the browser is driven from this process. */
  toImpl?: (object: unknown) => unknown;
}

export interface ChannelOwner {
  _type?: string;
}

export type Channel = Record<string, ((params: object, options?: object) => Promise<any>) | undefined>;

export interface Page {
  _channel: Channel;
  _timeoutSettings?: { timeout?: (options: object) => number };
}

export interface Frame extends ChannelOwner {
  _channel: Channel;
  _connection: Connection;
  locator(selector: string): { toString(): string };
  page(): Page;
}

export interface Playwright {
  _connection?: Connection;
  chromium?: unknown;
}

export interface Annotation {
  type: string;
  description?: string;
}

export interface TestInfo {
  file: string;
  title: string;
  titlePath: string[];
  retry: number;
  repeatEachIndex: number;
  timeout: number;
  status?: string;
  expectedStatus: string;
  project: { name: string; use?: { testIdAttribute?: string } };
  annotations: Annotation[];
  attachments: { name: string; path: string; contentType: string }[];
  outputPath(name: string): string;
  /** The spec file, where `file` may be the file of a shared function that declares tests. */
  _requireFile?: string;
  _startTime?: number;
  _startWallTime?: number;
  _timeoutManager?: { currentSlotDeadline?: () => number };
}
