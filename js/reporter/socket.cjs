// A WebSocket client, as much as the contract's stream needs: headers, text, pings, an orderly end.
'use strict';

const crypto = require('crypto');
const http = require('http');
const https = require('https');
const { Away, failureOf } = require('./errors.cjs');
const { FrameReader, LARGEST, OPCODES, frameOf } = require('./frames.cjs');

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const CONNECT_MS = 8_000;
const PING_MS = 20_000;

class Socket {
  /** @param {import('net').Socket} stream @param {Buffer} head what came with the handshake */
  constructor(stream, head) {
    this.stream = stream;
    this.reader = new FrameReader();
    this.open = true;
    this.heard = true;
    /** @type {Buffer[]} */
    this.pieces = [];
    /** @type {(message: any) => void} */
    this.onMessage = () => undefined;
    /** @type {(reason: string) => void} */
    this.onClose = () => undefined;
    stream.setTimeout(0);
    stream.setNoDelay(true);
    stream.on('data', (chunk) => this.receive(chunk));
    stream.on('error', (error) => this.end(error.message));
    stream.on('close', () => this.end('the connection was cut'));
    this.timer = setInterval(() => this.ping(), PING_MS);
    this.timer.unref();
    if (head.length) process.nextTick(() => this.receive(head));
  }

  /** @param {string} text */
  send(text) {
    if (this.open) this.stream.write(frameOf(OPCODES.text, Buffer.from(text)));
  }

  close() {
    if (!this.open) return;
    this.stream.write(frameOf(OPCODES.close, Buffer.from([0x03, 0xe8])));
    this.end('closed');
    this.stream.end();
  }

  /** At once: it is not to be trusted any more. @param {string} reason */
  cut(reason) {
    this.end(reason);
    this.stream.destroy();
  }

  ping() {
    if (!this.heard) return this.cut(`nothing heard for ${(2 * PING_MS) / 1000} s`);
    this.heard = false;
    this.stream.write(frameOf(OPCODES.ping, Buffer.alloc(0)));
  }

  /** @param {Buffer} chunk */
  receive(chunk) {
    if (!this.open) return;
    this.heard = true;
    try {
      for (const frame of this.reader.read(chunk)) this.take(frame);
    } catch (error) {
      this.cut(error instanceof Error ? error.message : String(error));
    }
  }

  /** @param {import('./frames.cjs').Frame} frame */
  take(frame) {
    if (frame.opcode === OPCODES.ping) this.stream.write(frameOf(OPCODES.pong, frame.payload));
    else if (frame.opcode === OPCODES.close) this.closed(frame.payload);
    else if (frame.opcode <= OPCODES.binary) this.piece(frame);
  }

  /** @param {import('./frames.cjs').Frame} frame */
  piece(frame) {
    this.pieces.push(Buffer.from(frame.payload));
    if (this.pieces.reduce((size, piece) => size + piece.length, 0) > LARGEST) throw new Error('a message without end');
    if (!frame.last) return;
    const text = Buffer.concat(this.pieces).toString();
    this.pieces = [];
    this.onMessage(JSON.parse(text));
  }

  /** @param {Buffer} payload */
  closed(payload) {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    if (this.open) this.stream.write(frameOf(OPCODES.close, payload.subarray(0, 2)));
    this.end(`the server closed with ${code} ${payload.subarray(2).toString()}`.trim());
    this.stream.end();
  }

  /** @param {string} reason */
  end(reason) {
    if (!this.open) return;
    this.open = false;
    clearInterval(this.timer);
    this.onClose(reason);
  }
}

/**
 * @param {string} url http or https
 * @param {Record<string, string>} headers
 * @returns {Promise<Socket>} rejects with `Away` or, when the server answers with something else than a socket, `Refused`
 */
function connect(url, headers) {
  return new Promise((resolve, reject) => {
    const key = crypto.randomBytes(16).toString('base64');
    const request = (url.startsWith('https:') ? https : http).request(url, {
      agent: false,
      headers: { ...headers, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
    });
    request.setTimeout(CONNECT_MS, () => request.destroy(new Error(`nothing for ${CONNECT_MS / 1000} s`)));
    request.on('error', (error) => reject(networkFault(url, error)));
    request.on('response', (response) => refusal(response, url, reject));
    request.on('upgrade', (response, stream, head) => {
      const wanted = crypto.createHash('sha1').update(key + GUID).digest('base64');
      if (response.headers['sec-websocket-accept'] === wanted) return resolve(new Socket(/** @type {import('net').Socket} */ (stream), head));
      stream.destroy();
      return reject(new Away(`${url} does not speak WebSocket`));
    });
    request.end();
  });
}

/** @param {string} url @param {Error & {code?: string}} error */
function networkFault(url, error) {
  const away = new Away(`${new URL(url).origin} does not answer: ${error.message || error.code}`);
  // Nobody listens at all: HTTP would not fare better.
  return Object.assign(away, { nobody: ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(error.code || '') });
}

/** @param {http.IncomingMessage} response @param {string} url @param {(error: Error) => void} reject */
function refusal(response, url, reject) {
  let body = '';
  response.on('data', (chunk) => {
    if (body.length < LARGEST) body += chunk;
  });
  response.on('error', reject);
  response.on('end', () => {
    const status = response.statusCode || 0;
    reject(Object.assign(failureOf(status === 200 ? 404 : status, body, response.headers, url), { nobody: false }));
  });
}

module.exports = { Socket, connect };
