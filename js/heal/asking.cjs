// HTTP to the server, or to the worker's relay to it.
'use strict';

const http = require('http');
const https = require('https');
const { clearTimeout, setTimeout } = require('timers');

/**
 * @typedef {import('./settings.cjs').Settings} Settings
 */

const LARGEST_ANSWER = 16 * 1024 * 1024;
const AWAY_MS = 30_000;
const FAIR_MS = 5000;
// Half a character, left where the text of a page was cut: `JSON.stringify` writes it as an escape, which the relay and
// the server would refuse with all of the page. A backslash of the text itself is written as two.
const HALF = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;

class Server {
  /** @param {Settings} settings */
  constructor(settings) {
    this.url = settings.url;
    /** @type {Record<string, string>} */
    this.headers = { Authorization: `Bearer ${settings.token}` };
    if (settings.tenant) this.headers['X-Tenant-ID'] = settings.tenant;
    const library = this.url.startsWith('https:') ? https : http;
    this.library = library;
    this.agent = new library.Agent({ keepAlive: true, maxSockets: 4 });
    this.awayUntil = 0;
  }

  /** Whether it did not answer a moment ago: then no step waits for it. */
  away() {
    return Date.now() < this.awayUntil;
  }

  /** @param {string} route @param {number} ms @returns {Promise<any>} */
  get(route, ms) {
    return this.request('GET', route, undefined, ms);
  }

  /** @param {string} route @param {object} body @param {number} ms @returns {Promise<any>} */
  post(route, body, ms) {
    return this.request('POST', route, Buffer.from(JSON.stringify(body).replace(HALF, '$1\\ufffd')), ms);
  }

  /** @param {string} method @param {string} route @param {Buffer | undefined} data @param {number} ms */
  async request(method, route, data, ms) {
    const { status, body } = await this.exchange(method, route, data, ms).catch((error) => {
      // A step with little time left says nothing about the server.
      if (ms >= FAIR_MS || error.code) this.awayUntil = Date.now() + AWAY_MS;
      throw new Error(`${this.url} does not answer: ${error.message || error.code || error}`);
    });
    if (status >= 500) this.awayUntil = Date.now() + AWAY_MS;
    if (status >= 300) throw new Error(`${method} ${route.split('?')[0]} was refused with ${status}: ${messageOf(body)}`);
    return body ? JSON.parse(body) : null;
  }

  /**
   * @param {string} method @param {string} route @param {Buffer | undefined} data @param {number} ms
   * @returns {Promise<{status: number, body: string}>}
   */
  exchange(method, route, data, ms) {
    return new Promise((resolve, reject) => {
      const headers = { ...this.headers, 'Content-Type': 'application/json', 'Content-Length': data ? data.length : 0 };
      const request = this.library.request(`${this.url}${route}`, { method, headers, agent: this.agent }, (response) => {
        /** @type {Buffer[]} */
        const chunks = [];
        let size = 0;
        response.on('data', (chunk) => {
          size += chunk.length;
          if (size > LARGEST_ANSWER) request.destroy(new Error('an answer without end'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode || 0, body: Buffer.concat(chunks).toString() });
        });
      });
      const timer = setTimeout(() => request.destroy(new Error(`nothing for ${Math.round(ms)} ms`)), ms);
      request.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(data);
    });
  }
}

/** @param {string} body */
function messageOf(body) {
  try {
    return String(JSON.parse(body).error).slice(0, 300);
  } catch {
    return body.slice(0, 100);
  }
}

module.exports = { Server };
