// Options of `@shifty/reporter`. Each can come from the environment instead; what is given here wins.

declare namespace ShiftyReporter {
  interface Options {
    /** Address of the server, such as `https://shifty.example`. SHIFTY_API_URL */
    apiUrl?: string;
    /** A key with scope `ingest`, and `orchestrate` for shares. Better in the environment: SHIFTY_API_KEY */
    apiKey?: string;
    /** The key's tenant. SHIFTY_TENANT_ID */
    tenantId?: string;
    /** The project in Shifty. SHIFTY_PROJECT; else `owner/repo` of the git remote. */
    project?: string;
    /** The run that all machines of one build report to. SHIFTY_RUN_ID; else made from the build. */
    runId?: string;
    /** What tells this build from others. SHIFTY_BUILD_ID; else the CI provider's. */
    buildId?: string;
    /** SHIFTY_BRANCH; else the CI provider's, else git's. */
    branch?: string;
    /** SHIFTY_COMMIT; else the CI provider's, else git's. */
    commitSha?: string;
    /** This machine's part, counted from 0. SHIFTY_SHARD_INDEX; else Playwright's `--shard`, else the CI provider's. */
    shardIndex?: number;
    /** SHIFTY_TOTAL_SHARDS */
    totalShards?: number;
    /** Let the server choose this machine's tests; needs Playwright 1.62. SHIFTY_ORCHESTRATE=1 */
    orchestrate?: boolean;
    /** Which attempts' attachments are uploaded; `all` by default. */
    artifacts?: 'all' | 'failed' | 'none';
    /** Attachments above this size are left where they are; 100 MiB by default. */
    maxArtifactBytes?: number;
    /** How long the end of a run waits for what is not delivered yet; 10,000 by default. SHIFTY_FLUSH_TIMEOUT_MS */
    flushTimeoutMs?: number;
    /** How long it waits for uploads, while the server answers; 60,000 by default. SHIFTY_UPLOAD_TIMEOUT_MS */
    uploadTimeoutMs?: number;
    /** How long the start waits for this machine's share; 15,000 by default. SHIFTY_PLAN_TIMEOUT_MS */
    planTimeoutMs?: number;
    /** Where messages lie until they are delivered; a folder for temporary files by default. SHIFTY_SPOOL_DIR */
    spoolDir?: string;
    /** The root of the repository; else found by `.git`. */
    rootDir?: string;
    /** False: do nothing. SHIFTY_ENABLED=0 */
    enabled?: boolean;
  }
}

/** In `reporter` of playwright.config.ts: `['@shifty/reporter', options]`. */
declare class ShiftyReporter {
  constructor(options?: ShiftyReporter.Options);
}

export = ShiftyReporter;
