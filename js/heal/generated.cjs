// Tells names that a person wrote from names that a build or a framework made up. Those change with the next build.
'use strict';

const MADE_UP = [
  /^[:«]?r[0-9a-z]*[:»]$/i, // React's useId
  /^(ember|ext-gen|yui|gwt-uid|mui|headlessui|radix|cdk|mat|ng|react-select|downshift)[-_:]?[\w-]*\d/i,
  /(^|[-_])(css|sc|jss|emotion|svelte|styled)-[0-9a-z]{4,}/i,
  /[0-9a-f]{8}-[0-9a-f]{4}-/i,
  /\d{4,}/,
  /__[A-Za-z0-9-]{5,}$/, // CSS modules: button__x1Y2z
];

/** Letters and digits mixed as in a hash. @param {string} token */
function looksHashed(token) {
  if (token.length < 5 || !/\d/.test(token) || !/[a-z]/i.test(token)) return false;
  const changes = token.replace(/[a-z]+/gi, 'a').replace(/\d+/g, '1').length;
  return changes >= 4 || (/^[0-9a-f]+$/i.test(token) && token.length >= 8);
}

/** @param {string} name an id, a class or a test id */
function isGenerated(name) {
  return MADE_UP.some((pattern) => pattern.test(name)) || name.split(/[-_:.]/).some(looksHashed);
}

module.exports = { isGenerated };
