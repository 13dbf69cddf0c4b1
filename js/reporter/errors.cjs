// Why something could not be delivered: somebody may be back later, or nobody will ever take it.
'use strict';

/** Nobody answers now; another try may help. */
class Away extends Error {
  /** @param {string} message @param {number} [retryAfterMs] */
  constructor(message, retryAfterMs = 0) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server has answered, and will answer the same next time. */
class Refused extends Error {
  /** @param {string} message @param {number} status @param {string} code */
  constructor(message, status, code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** @param {number} status */
function mayPass(status) {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * @param {number} status
 * @param {string} body
 * @param {import('http').IncomingHttpHeaders} headers
 * @param {string} what was asked
 */
function failureOf(status, body, headers, what) {
  const { code, error } = told(body);
  if (mayPass(status)) {
    const seconds = Number.parseFloat(String(headers['retry-after'] || '0'));
    return new Away(`${what}: ${status} ${error}`.trim(), Number.isFinite(seconds) ? seconds * 1000 : 0);
  }
  return new Refused(`${what}: ${status} ${error || 'no Shifty server answers at this address'}`, status, code);
}

/** @param {string} body @returns {{code: string, error: string}} */
function told(body) {
  try {
    const answer = JSON.parse(body);
    return { code: String(answer.code || ''), error: String(answer.error || '') };
  } catch {
    return { code: '', error: '' };
  }
}

module.exports = { Away, Refused, failureOf };
