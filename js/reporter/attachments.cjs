// Which artifact an attachment of Playwright becomes. Pure, but for a look at the file's size.
'use strict';

const fs = require('fs');
const path = require('path');
const { uuidOf } = require('./identity.cjs');

/** @type {Record<string, string>} */
const ENDINGS = {
  'application/json': '.json',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/svg+xml': '.svg',
  'image/webp': '.webp',
  'text/css': '.css',
  'text/csv': '.csv',
  'text/html': '.html',
  'text/markdown': '.md',
  'text/plain': '.txt',
  'text/x-zip': '.zip',
  'video/webm': '.webm',
};
const LONGEST_NAME = 100;

/**
 * @typedef {object} Artifact
 * @property {'trace' | 'screenshot' | 'video' | 'log'} artifactType
 * @property {string} filename
 * @property {string} contentType
 * @property {string} testId
 * @property {number} attempt
 * @property {string} uploadId the same whenever it is sent again
 * @property {string | Buffer} content path or bytes
 */

/** @param {import('./playwright').Attachment} attachment @returns {Artifact['artifactType']} */
function typeOf(attachment) {
  if (attachment.name === 'trace' && attachment.contentType === 'application/zip') return 'trace';
  if (attachment.contentType.startsWith('image/')) return 'screenshot';
  return attachment.contentType.startsWith('video/') ? 'video' : 'log';
}

/** @param {import('./playwright').Attachment} attachment */
function filenameOf(attachment) {
  const contentType = (attachment.contentType.split(';')[0] || '').trim();
  const ending = attachment.path ? path.extname(attachment.path) : ENDINGS[contentType] || '.bin';
  const stem = attachment.path ? path.basename(attachment.path, ending) : attachment.name;
  const safe = stem.replace(/[^\w.-]+/g, '-').replace(/^[-.]+/, '').slice(0, LONGEST_NAME);
  const given = safe || 'attachment';
  return given.endsWith(ending) ? given : `${given}${ending}`;
}

/** @param {string} contentType what HTTP allows in a header, else bytes */
function headerOf(contentType) {
  return /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/.test(contentType) ? contentType : 'application/octet-stream';
}

/**
 * @param {string} runId
 * @param {string} testId
 * @param {import('./playwright').TestResult} result
 * @param {(name: string) => boolean} [isWanted] by the attachment's name; default: all are
 * @returns {Artifact[]}
 */
function artifactsOf(runId, testId, result, isWanted = () => true) {
  /** @type {Artifact[]} */
  const found = [];
  for (const [index, attachment] of result.attachments.entries()) {
    const content = attachment.body || attachment.path;
    if (!content || !content.length || !isWanted(attachment.name)) continue;
    found.push({
      artifactType: typeOf(attachment),
      filename: filenameOf(attachment),
      contentType: headerOf(attachment.contentType),
      testId,
      attempt: result.retry,
      uploadId: uuidOf('upload', runId, testId, String(result.retry), String(index), attachment.name),
      content,
    });
  }
  return found;
}

/** Its size in bytes, null where there is nothing (any more). @param {Artifact} artifact @returns {Promise<number | null>} */
async function sizeOf(artifact) {
  if (typeof artifact.content !== 'string') return artifact.content.length;
  try {
    const stat = await fs.promises.stat(artifact.content);
    return stat.isFile() ? stat.size : null;
  } catch {
    return null;
  }
}

module.exports = { artifactsOf, sizeOf };
