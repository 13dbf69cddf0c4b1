// Frames of RFC 6455, as a client sends and reads them. Pure.
'use strict';

const crypto = require('crypto');

const OPCODES = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
const LARGEST = 1024 * 1024;

/** A frame from a client: one piece, masked. @param {number} opcode @param {Buffer} payload */
function frameOf(opcode, payload) {
  const size = payload.length;
  const extra = size < 126 ? 0 : size < 65536 ? 2 : 8;
  const frame = Buffer.allocUnsafe(6 + extra + size);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (extra === 0 ? size : extra === 2 ? 126 : 127);
  if (extra === 2) frame.writeUInt16BE(size, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(size), 2);
  const mask = crypto.randomBytes(4);
  mask.copy(frame, 2 + extra);
  const start = 6 + extra;
  payload.copy(frame, start);
  for (let at = 0; at < size; at++) frame[start + at] = /** @type {number} */ (frame[start + at]) ^ /** @type {number} */ (mask[at & 3]);
  return frame;
}

/**
 * @typedef {object} Frame
 * @property {boolean} last
 * @property {number} opcode
 * @property {Buffer} payload
 */

/** Reads what a server sends, however it is cut. Throws at what a server must not send. */
class FrameReader {
  constructor() {
    /** @type {Buffer} */
    this.rest = Buffer.alloc(0);
  }

  /** @param {Buffer} chunk @returns {Frame[]} */
  read(chunk) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    /** @type {Frame[]} */
    const frames = [];
    for (;;) {
      const frame = this.next();
      if (!frame) return frames;
      frames.push(frame);
    }
  }

  /** @returns {Frame | undefined} */
  next() {
    const data = this.rest;
    if (data.length < 2) return undefined;
    const [first, second] = [data.readUInt8(0), data.readUInt8(1)];
    if (first & 0x70 || second & 0x80) throw new Error('the server broke the WebSocket protocol');
    const short = second & 0x7f;
    const start = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (data.length < start) return undefined;
    const size = short === 127 ? Number(data.readBigUInt64BE(2)) : short === 126 ? data.readUInt16BE(2) : short;
    if (size > LARGEST) throw new Error(`the server sent a frame of ${size} bytes`);
    if (data.length < start + size) return undefined;
    this.rest = data.subarray(start + size);
    return { last: Boolean(first & 0x80), opcode: first & 0x0f, payload: data.subarray(start, start + size) };
  }
}

module.exports = { FrameReader, LARGEST, OPCODES, frameOf };
