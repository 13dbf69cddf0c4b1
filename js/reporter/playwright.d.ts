// The little of Playwright that the reporter reads: the public reporter API, and the private fields behind each
// `?` that start with an underscore or hang on a symbol. All of the private ones may be missing in some version.

export interface Location {
  file: string;
  line: number;
  column: number;
}

export interface TestError {
  message?: string;
  stack?: string;
  snippet?: string;
  value?: string;
  location?: Location;
}

export interface TestStep {
  title: string;
  category: string;
  duration: number;
  location?: Location;
  error?: TestError;
  steps: TestStep[];
}

export interface Attachment {
  name: string;
  contentType: string;
  path?: string;
  body?: Buffer;
}

export interface Annotation {
  type: string;
  description?: string;
}

export interface TestResult {
  retry: number;
  workerIndex: number;
  parallelIndex: number;
  startTime: Date;
  duration: number;
  status?: string;
  errors: TestError[];
  steps: TestStep[];
  stdout: (string | Buffer)[];
  stderr: (string | Buffer)[];
  attachments: Attachment[];
  annotations?: Annotation[];
}

export interface Suite {
  title: string;
  type?: string;
  location?: Location;
  parent?: Suite;
  suites: Suite[];
  tests: TestCase[];
  allTests(): TestCase[];
  project(): Project | undefined;
  _parallelMode?: string;
  _only?: boolean;
}

export interface TestCase {
  id: string;
  title: string;
  location: Location;
  parent: Suite;
  retries: number;
  repeatEachIndex: number;
  expectedStatus: string;
  tags?: string[];
  annotations: Annotation[];
  titlePath(): string[];
  outcome(): string;
  _only?: boolean;
}

export interface Project {
  name: string;
  testDir: string;
  outputDir: string;
  repeatEach: number;
  use?: { testIdAttribute?: unknown };
  retries: number;
  dependencies?: string[];
  teardown?: string;
  testIgnore: string | RegExp | (string | RegExp)[];
}

export interface WebServer {
  command?: string;
  url?: string;
  port?: number;
  cwd?: string;
  env?: Record<string, string>;
  name?: string;
  timeout?: number;
  ignoreHTTPSErrors?: boolean;
  reuseExistingServer?: boolean;
  gracefulShutdown?: { signal: string; timeout?: number };
  wait?: object;
}

export interface Plugin {
  factory?: unknown;
  instance?: unknown;
}

/** Playwright's own configuration object, found behind a symbol of the public one. */
export interface InternalConfig {
  configDir?: string;
  projects: unknown[];
  plugins: Plugin[];
  webServers?: WebServer[];
}

export interface FullConfig {
  version: string;
  rootDir: string;
  configFile?: string;
  workers: number;
  maxFailures: number;
  /** Since Playwright 1.52. */
  failOnFlakyTests?: boolean;
  globalTimeout: number;
  shard: { current: number; total: number } | null;
  projects: Project[];
}

/** Since Playwright 1.62. */
export interface TestRun {
  exclude(test: TestCase | Suite): void;
  skipSharding(): void;
}

/** What a worker asks of the reporter, as JSON in the environment. */
export interface Options {
  /** The file that events are appended to. */
  events?: string;
  /** True while the suite is only listed. */
  list?: boolean;
  /** Test files, absolute, that are left out when loading. */
  exclude?: string[];
  /** Addresses of web servers that Shifty has started already. */
  servers?: string[];
}
