// What travels between the hook and the server: `src/shifty/healing/wire.py` and the `Heal` of `src/shifty/wire.py`.

export type Mode = 'off' | 'propose' | 'heal';

/** As `collect.js` describes it; empty fields are left out. */
export interface Element {
  tag: string;
  id?: string;
  name?: string;
  type?: string;
  role?: string;
  accessibleName?: string;
  text?: string;
  label?: string;
  placeholder?: string;
  href?: string;
  testId?: string;
  classes?: string[];
  data?: Record<string, string>;
  attributes?: Record<string, string>;
  visible?: boolean;
  enabled?: boolean;
  x?: number;
  y?: number;
  w?: number;
  h?: number;
  xpath?: string;
  /** Hosts of the open shadow roots around it. */
  shadow?: string[];
  /** A Playwright selector that finds exactly it in its frame, now. */
  ref: string;
}

export interface Snapshot {
  url: string;
  title: string;
  count: number;
  total: number;
  truncated: boolean;
  elements: Element[];
  digest: string;
}

export interface Place {
  file: string;
  line: number;
  column: number;
}

export interface HealRequest {
  project: string;
  testId: string;
  runId?: string;
  selector: string;
  leg: string;
  action: string;
  reason: 'not-found' | 'strict';
  callSite: Place;
  url: string;
  waitedMs: number;
  mode: Mode;
  candidates: Element[];
  truncated: boolean;
}

export interface HealAnswer {
  decision: 'heal' | 'propose' | 'refuse' | 'wait';
  waitMs?: number;
  confidence?: number;
  strategy?: string;
  candidate?: number | null;
  alternatives?: { candidate: number; confidence: number }[];
  explanation?: string;
  fingerprint?: Partial<Element> | null;
}

export interface Seen {
  testId: string;
  callSite: Place;
  selector: string;
  element: Element;
  url: string;
  waitedMs: number;
  attempt: number;
}

export interface Known {
  testId: string;
  file: string;
  line: number;
  selector: string;
  longestWaitMs: number;
}

export interface HealedElement {
  tag: string;
  role: string;
  name: string;
  attributes: Record<string, string>;
  box: number[];
}

export interface Heal {
  originalSelector: string;
  originalLocator: string;
  healedSelector: string | null;
  healedLocator: string | null;
  decision: 'heal' | 'propose' | 'refuse';
  confidence: number;
  strategy: string;
  success: boolean;
  reason: 'not-found' | 'strict';
  action: string;
  explanation: string;
  alternatives: { locator: string; confidence: number }[];
  callSite: Place;
  frames: Place[];
  pageUrl: string;
  before: HealedElement | null;
  after: HealedElement | null;
  waitedMs: number;
  executionTimeMs: number;
  screenshot: string | null;
}
