// HTTP on Node's own modules: JSON calls of the API, and files that are put where the server says.
'use strict';

const fs = require('fs');
const http = require('http');
const https = require('https');
const { Away, failureOf } = require('./errors.cjs');
const { toJson } = require('./json.cjs');

const ANSWER_MS = 20_000;
const LARGEST_ANSWER = 16 * 1024 * 1024;

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {http.IncomingHttpHeaders} headers
 * @property {string} body
 */

class Server {
  /** @param {{base: string, apiKey: string, tenantId: string}} settings */
  constructor(settings) {
    this.base = settings.base;
    this.headers = { Authorization: `Bearer ${settings.apiKey}`, 'X-Tenant-ID': settings.tenantId };
    this.agents = {
      'http:': new http.Agent({ keepAlive: true, maxSockets: 6 }),
      'https:': new https.Agent({ keepAlive: true, maxSockets: 6 }),
    };
  }

  /**
   * @param {string} method
   * @param {string} route below /api/v1
   * @param {object | string} [body] JSON, or what will be
   * @returns {Promise<any>}
   */
  async call(method, route, body) {
    const data = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : toJson(body));
    const headers = { ...this.headers, 'Content-Type': 'application/json', 'Content-Length': String(data ? data.length : 0) };
    const answer = await this.request(method, `${this.base}/api/v1${route}`, headers, (request) => request.end(data));
    if (answer.status >= 300) throw failureOf(answer.status, answer.body, answer.headers, `${method} ${this.base}/api/v1${route}`);
    try {
      return JSON.parse(answer.body);
    } catch {
      throw failureOf(404, '', {}, `${method} ${this.base}/api/v1${route}`);
    }
  }

  /**
   * Put a file, or what was attached itself, as exactly `size` bytes.
   * @param {string} url
   * @param {Record<string, string>} headers
   * @param {string | Buffer} content path or bytes
   * @param {number} size
   */
  async put(url, headers, content, size) {
    const answer = await this.request('PUT', url, { ...headers, 'Content-Length': String(size) }, (request, fail) => {
      if (typeof content !== 'string') return request.end(content);
      const file = fs.createReadStream(content, { end: Math.max(0, size - 1) });
      file.on('error', fail);
      request.on('close', () => file.destroy());
      return file.pipe(request);
    });
    if (answer.status >= 300) throw failureOf(answer.status, answer.body, answer.headers, 'upload');
  }

  /**
   * @param {string} method
   * @param {string} url
   * @param {Record<string, string>} headers
   * @param {(request: http.ClientRequest, fail: (error: Error) => void) => void} send
   * @returns {Promise<Answer>}
   */
  request(method, url, headers, send) {
    return new Promise((resolve, reject) => {
      const target = new URL(url);
      const secure = target.protocol === 'https:';
      const agent = this.agents[secure ? 'https:' : 'http:'];
      const request = (secure ? https : http).request(target, { method, headers, agent });
      /** @param {Error} error */
      const fail = (error) => {
        request.destroy();
        reject(error instanceof Away ? error : new Away(`${target.origin} does not answer: ${error.message || error.name}`));
      };
      request.setTimeout(ANSWER_MS, () => fail(new Error(`nothing for ${ANSWER_MS / 1000} s`)));
      request.on('error', fail);
      request.on('response', (response) => collect(response, resolve, fail));
      send(request, fail);
    });
  }

  close() {
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }
}

/**
 * @param {http.IncomingMessage} response
 * @param {(answer: Answer) => void} resolve
 * @param {(error: Error) => void} fail
 */
function collect(response, resolve, fail) {
  /** @type {Buffer[]} */
  const chunks = [];
  let size = 0;
  response.on('data', (chunk) => {
    size += chunk.length;
    if (size > LARGEST_ANSWER) fail(new Error('an answer without end'));
    else chunks.push(chunk);
  });
  response.on('error', fail);
  response.on('end', () => {
    resolve({ status: response.statusCode || 0, headers: response.headers, body: Buffer.concat(chunks).toString() });
  });
}

module.exports = { Server };
