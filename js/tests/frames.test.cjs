'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { FrameReader, OPCODES, frameOf } = require('../reporter/frames.cjs');

/** As a server sends it: not masked. @param {number} first @param {Buffer} payload */
function served(first, payload) {
  const size = payload.length;
  if (size < 126) return Buffer.concat([Buffer.from([first, size]), payload]);
  const head = Buffer.alloc(size < 65536 ? 4 : 10);
  head[0] = first;
  head[1] = size < 65536 ? 126 : 127;
  if (size < 65536) head.writeUInt16BE(size, 2);
  else head.writeBigUInt64BE(BigInt(size), 2);
  return Buffer.concat([head, payload]);
}

/** @param {Buffer} frame */
function unmasked(frame) {
  const short = frame.readUInt8(1) & 0x7f;
  const start = short === 127 ? 10 : short === 126 ? 4 : 2;
  const mask = frame.subarray(start, start + 4);
  return Buffer.from(frame.subarray(start + 4).map((byte, at) => byte ^ mask.readUInt8(at & 3)));
}

test('a frame of any size is masked and says its length', () => {
  for (const size of [0, 1, 125, 126, 65535, 65536, 200_000]) {
    const payload = Buffer.alloc(size, 'ü');

    const frame = frameOf(OPCODES.text, payload);

    assert.equal(frame.readUInt8(0), 0x81);
    assert.equal(frame.readUInt8(1) & 0x80, 0x80);
    assert.deepEqual(unmasked(frame), payload);
  }
});

test('frames are read however the network cuts them', () => {
  const sent = [Buffer.from('{}'), Buffer.alloc(300, 'a'), Buffer.alloc(70_000, 'b'), Buffer.alloc(0)];
  const stream = Buffer.concat(sent.map((payload) => served(0x81, payload)));

  for (const step of [1, 2, 7, 1000, stream.length]) {
    const reader = new FrameReader();
    const read = [];
    for (let at = 0; at < stream.length; at += step) read.push(...reader.read(stream.subarray(at, at + step)));
    assert.deepEqual(read.map((frame) => Buffer.from(frame.payload)), sent);
  }
});

test('what a server must not send is refused', () => {
  const masked = served(0x81, Buffer.from('x'));
  masked[1] = 0x81;
  const compressed = served(0xc1, Buffer.from('x'));
  const huge = Buffer.concat([Buffer.from([0x82, 127]), Buffer.alloc(8, 0x01)]);

  for (const bytes of [masked, compressed, huge]) assert.throws(() => new FrameReader().read(bytes));
});
