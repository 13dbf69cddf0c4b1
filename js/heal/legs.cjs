// A selector's legs: what Playwright looks for in one frame after the other.
'use strict';

const ENTER = ' >> internal:control=enter-frame >> ';

/** @param {string} selector */
function legsOf(selector) {
  return selector.split(ENTER);
}

/** @param {string[]} legs */
function joined(legs) {
  return legs.join(ENTER);
}

module.exports = { joined, legsOf };
