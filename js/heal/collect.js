// Runs in the page, as `frame.evalOnSelectorAll(selector, this, options)`: describes elements for the healer.
// It must not change the page: no attribute, no global; what it works out it keeps in maps of its own.
(matched, options) => {
  const { testIdAttribute = 'data-testid', most = 3000, describe = 'matches', only = 'any' } = options || {};
  const TEXT = 200, NEAR = 50, CELL = 100, MOST_MATCHES = 20, MOST_ATTRIBUTES = 20, MOST_VISITS = 60;
  // Wider or higher ones are containers: what is near them says nothing.
  const WIDEST = 600, HIGHEST = 150, set = (words) => new Set(words.split(' '));
  const NEVER = set('script style head meta link title noscript template base param source track br wbr col colgroup slot');
  const DRAWN = set('path g defs use circle rect line polygon polyline ellipse stop symbol clipPath mask linearGradient radialGradient filter pattern desc');
  const FIELDS = set('id class style name type href title alt placeholder value role srcset nonce integrity');
  const LABELLED = set('button input meter output progress select textarea'), BUTTON_TYPES = set('button submit reset image');
  const NOT_FILLED = set('button submit reset image checkbox radio file hidden');
  const FROM_CONTENT = set('button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio row rowheader switch tab tooltip treeitem');
  const INTERACTIVE = set('button checkbox combobox gridcell link listbox menuitem menuitemcheckbox menuitemradio option radio searchbox slider spinbutton switch tab textbox treeitem');
  const pairs = (words) => new Map(words.split(' ').map((word) => { const [key, value = key] = word.split(':'); return [key, value === '-' ? '' : value]; }));
  const INPUT_ROLES = pairs('button submit:button reset:button image:button checkbox radio range:slider number:spinbutton search:searchbox hidden:- file:- color:-');
  const ROLES = pairs('area:link article aside:complementary blockquote button code datalist:listbox dd:definition details:group dfn:term dialog dt:term em:emphasis fieldset:group figure '
    + 'h1:heading h2:heading h3:heading h4:heading h5:heading h6:heading hr:separator html:document li:listitem main math menu:list meter nav:navigation ol:list optgroup:group option '
    + 'output:status p:paragraph progress:progressbar search strong svg:img table tbody:rowgroup td:cell textarea:textbox tfoot:rowgroup thead:rowgroup time tr:row ul:list');

  // A form's properties are hidden by controls of that name (`<input name="children">`); those of the prototype are not.
  const free = Function.prototype.call.bind(Function.prototype.bind, Function.prototype.call);
  const getter = (kind, key) => free(Object.getOwnPropertyDescriptor(kind.prototype, key).get), method = (kind, key) => free(kind.prototype[key]);
  const tagOf = getter(Element, 'localName'), namesOf = method(Element, 'getAttributeNames'), shadowOf = getter(Element, 'shadowRoot');
  const parentNode = getter(Node, 'parentNode'), nodeType = getter(Node, 'nodeType'), nodeValue = getter(Node, 'nodeValue'), textContent = getter(Node, 'textContent');
  const firstChild = getter(Node, 'firstChild'), nextSibling = getter(Node, 'nextSibling'), nextElement = getter(Element, 'nextElementSibling'), previousElement = getter(Element, 'previousElementSibling');
  const each = (make, key) => ({ 1: make(Element, key), 9: make(Document, key), 11: make(DocumentFragment, key) });
  const firstElements = each(getter, 'firstElementChild'), countOf = each(getter, 'childElementCount'), queries = each(method, 'querySelectorAll');
  const byId = { 9: method(Document, 'getElementById'), 11: method(DocumentFragment, 'getElementById') };
  const getAttribute = method(Element, 'getAttribute'), has = method(Element, 'hasAttribute'), matches = method(Element, 'matches'), closest = method(Element, 'closest');
  const rectOf = method(Element, 'getBoundingClientRect'), rootOf = method(Node, 'getRootNode'), position = method(Node, 'compareDocumentPosition');

  const attr = (el, key) => getAttribute(el, key) || '';
  const firstElement = (node) => { const first = firstElements[nodeType(node)]; return first ? first(node) : null; };
  const squeeze = (text) => (text.trim() === '' ? ' ' : text.slice(0, 4 * TEXT).replace(/\s+/g, ' '));
  const clean = (text, size = TEXT) => (text === '' ? '' : squeeze(text).trim().slice(0, size).trim());
  const once = (make, known = new Map()) => (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = make(key)));
    return value;
  };
  const hostAbove = (el) => rootOf(el).host || null;
  const parentOf = (el) => { const up = parentNode(el); return up && nodeType(up) === 1 ? up : (up && up.host) || null; };
  // ---- where it stands
  // Filled only when all elements are described: the heading before each, and how often each id is there, shadow roots included.
  const walked = new Map(), idCounts = new Map();
  const numbers = once((container) => {
    const places = new Map(), perTag = new Map();
    for (let el = firstElement(container), index = 0; el; el = nextElement(el), index += 1) {
      const nth = (perTag.get(tagOf(el)) || 0) + 1;
      perTag.set(tagOf(el), nth);
      places.set(el, { index, nth });
    }
    return { places, perTag };
  });
  // To number all children of a container pays when all are described.
  const placeOf = once((el) => {
    if (walked.size && parentNode(el)) return numbers(parentNode(el)).places.get(el);
    let index = 0, nth = 1;
    for (let other = previousElement(el); other; other = previousElement(other), index += 1) if (tagOf(other) === tagOf(el)) nth += 1;
    return { index, nth };
  });
  const classesOf = (el) => clean(attr(el, 'class'), 2 * TEXT).split(' ').filter(Boolean).slice(0, 30);
  const xpathOf = once((el) => { const up = parentOf(el); return `${up ? xpathOf(up) : ''}/${tagOf(el)}[${placeOf(el).nth}]`; });
  const idxpathOf = once((el) => {
    const up = parentOf(el), id = clean(attr(el, 'id'));
    return id ? `//*[@id='${id}']` : `${up ? idxpathOf(up) : ''}/${tagOf(el)}[${placeOf(el).nth}]`;
  });
  const tokenOf = once((el) => [[tagOf(el), clean(attr(el, 'id'), 60)].filter(Boolean).join('#'), ...classesOf(el).slice(0, 3)].join('.').slice(0, 90));
  const above = (el, next, others) => { const up = next(el); return up ? [tokenOf(up), ...others(up)].slice(0, 8) : []; };
  const ancestorsOf = once((el) => above(el, parentOf, ancestorsOf)), hostsOf = once((el) => above(el, hostAbove, hostsOf));
  const cssOf = (tag) => (/^[a-z][a-z\d-]*$/i.test(tag) ? tag : CSS.escape(tag));
  // Playwright's `>` goes from a host to the children of its shadow and to its own alike, its own come first.
  const pathOf = once((el) => {
    const up = parentOf(el), { nth } = placeOf(el);
    if (idCounts.get(attr(el, 'id')) === 1 && /^[a-z][\w-]*$/i.test(attr(el, 'id'))) return `#${attr(el, 'id')}`;
    const path = up ? `${pathOf(up)} > ${cssOf(tagOf(el))}:nth-of-type(${nth})` : cssOf(tagOf(el)), shadow = up && shadowOf(up);
    const twins = shadow && (numbers(parentNode(el) === shadow ? up : shadow).perTag.get(tagOf(el)) || 0) >= nth;
    return twins ? `${path} >> nth=${parentNode(el) === shadow ? 1 : 0} >> :scope` : path;
  });
  const refOf = (el) => pathOf(el).replace(/ >> :scope$/, '');
  // ---- how it looks: layout is asked for once, before anything else
  const lookOf = once((el) => {
    const up = parentOf(el);
    if (up && lookOf(up).gone) return GONE;
    const style = window.getComputedStyle(el);
    return { gone: style.display === 'none', inline: style.display === 'inline', shown: style.visibility === 'visible' };
  });
  const NOWHERE = { x: 0, y: 0, w: 0, h: 0 }, GONE = { gone: true, inline: false, shown: false }, scrolled = { x: window.scrollX || 0, y: window.scrollY || 0 };
  const boxOf = once((el) => {
    if (lookOf(el).gone) return NOWHERE;
    const { x, y, width, height } = rectOf(el);
    return { x: x + scrolled.x, y: y + scrolled.y, w: width, h: height };
  });
  const isVisible = (el) => { const box = boxOf(el); return box.w > 0 && box.h > 0 && lookOf(el).shown; };
  // ---- what it says
  const typeOf = (el) => (attr(el, 'type') || (tagOf(el) === 'input' ? 'text' : tagOf(el) === 'button' ? 'submit' : '')).toLowerCase();
  const isTypedIn = (el) => tagOf(el) === 'textarea' || (has(el, 'contenteditable') && attr(el, 'contenteditable') !== 'false');
  const isFilled = (el) => (tagOf(el) === 'input' ? !NOT_FILLED.has(typeOf(el)) : isTypedIn(el));
  const faceOf = (el) => (tagOf(el) === 'input' && BUTTON_TYPES.has(typeOf(el)) ? clean(el.value || '') || { submit: 'Submit', reset: 'Reset' }[typeOf(el)] || '' : '');
  const insideOf = (el) => {
    const found = tagOf(el) === 'slot' && el.assignedNodes ? el.assignedNodes() : [];
    if (found.length) return found;
    for (let node = firstChild(shadowOf(el) || el); node; node = nextSibling(node)) found.push(node);
    return found;
  };
  const isTyped = once((el) => isTypedIn(el) || (parentOf(el) !== null && isTyped(parentOf(el))));
  const isMute = (el) => (NEVER.has(tagOf(el)) && tagOf(el) !== 'slot') || isTyped(el) || lookOf(el).gone;
  const givenName = (el) => attr(el, 'aria-label') || (tagOf(el) === 'img' ? attr(el, 'alt') : '') || faceOf(el);
  const wordsOf = once((el) => {
    let text = '', name = '';
    for (const node of isMute(el) ? [] : insideOf(el)) {
      if (text.length > 2 * TEXT) break;
      if (nodeType(node) === 3 && lookOf(el).shown) { const words = squeeze(nodeValue(node)); text += words; name += words; }
      if (nodeType(node) !== 1 || tagOf(node) === 'select') continue;
      const inner = wordsOf(node), gap = tagOf(node) === 'br' || !lookOf(node).inline ? ' ' : '';
      text += gap + inner.text + gap;
      name += gap + inner.name + gap;
    }
    return { text, name: attr(el, 'aria-hidden') === 'true' ? '' : givenName(el) || name };
  });
  const ownOf = (el) => {
    let text = '', left = 200;
    for (let node = firstChild(el); node && (left -= 1) > 0 && text.length < TEXT; node = nextSibling(node)) if (nodeType(node) === 3) text += squeeze(nodeValue(node));
    return text.trim() || faceOf(el);
  };
  // Of a closed menu: what it would say.
  const unseen = (el) => (isVisible(el) || isTyped(el) ? '' : clean(textContent(el) || ''));
  const labels = once((root) => {
    const found = new Map();
    for (const label of queries[nodeType(root)](root, 'label')) if (label.control) found.set(label.control, [...(found.get(label.control) || []), label]);
    return found;
  });
  const pointedAt = (el, key) => {
    if (!has(el, key)) return '';
    const root = rootOf(el), find = byId[nodeType(root)];
    const parts = find ? attr(el, key).trim().split(/\s+/).map((id) => find(root, id)).filter(Boolean) : [];
    return clean(parts.map((part) => wordsOf(part).name || textContent(part)).join(' '));
  };
  const labelOf = (el) => {
    const root = rootOf(el), own = LABELLED.has(tagOf(el)) && queries[nodeType(root)] ? (walked.size ? labels(root).get(el) : el.labels) || [] : [];
    return clean([...own].map((label) => wordsOf(label).name).join(' ')) || pointedAt(el, 'aria-labelledby');
  };
  const CAPTIONS = pairs('fieldset:legend table:caption figure:figcaption svg:title');
  const captionOf = (el) => {
    const tag = CAPTIONS.get(tagOf(el)), found = tag && [...el.children].find((child) => tagOf(child) === tag);
    return found ? clean(tag === 'title' ? textContent(found) : wordsOf(found).name) : '';
  };
  const nameOf = (el, role, label) =>
    pointedAt(el, 'aria-labelledby') || clean(attr(el, 'aria-label')) || clean(attr(el, 'alt')) || faceOf(el) || label || captionOf(el) ||
    (FROM_CONTENT.has(role) ? clean(wordsOf(el).name) || unseen(el) : '') || clean(attr(el, 'title')) || clean(attr(el, 'placeholder'));
  const isLandmark = (el) => !closest(el, 'article,aside,main,nav,section');
  const isNamed = (el) => has(el, 'aria-label') || has(el, 'aria-labelledby');
  const IMPLIED = {
    a: (el) => (has(el, 'href') ? 'link' : ''),
    footer: (el) => (isLandmark(el) ? 'contentinfo' : ''), header: (el) => (isLandmark(el) ? 'banner' : ''),
    form: (el) => (isNamed(el) ? 'form' : ''), section: (el) => (isNamed(el) ? 'region' : ''),
    img: (el) => (getAttribute(el, 'alt') === '' && !isNamed(el) ? 'presentation' : 'img'),
    input: (el) => { const known = INPUT_ROLES.get(typeOf(el)); return has(el, 'list') && !NOT_FILLED.has(typeOf(el)) ? 'combobox' : known === undefined ? 'textbox' : known; },
    select: (el) => (has(el, 'multiple') || Number(attr(el, 'size')) > 1 ? 'listbox' : 'combobox'),
    th: (el) => (/^row/.test(attr(el, 'scope')) ? 'rowheader' : 'columnheader'),
  };
  const impliedBy = (el, tag) => (Object.hasOwn(IMPLIED, tag) ? IMPLIED[tag](el) : ROLES.get(tag) || '');
  const roleOf = once((el) => attr(el, 'role').trim().split(/\s+/)[0] || impliedBy(el, tagOf(el)));
  const isButton = (el) => roleOf(el) === 'button' || (tagOf(el) === 'a' && /(^|[\s_-])(btn|button)([\s_-]|$)/i.test(attr(el, 'class')));
  // ---- what is around it
  const isHeading = (el) => /^h[1-6]$/.test(tagOf(el)) || attr(el, 'role') === 'heading';
  const headings = once((root) => queries[9](root, 'h1,h2,h3,h4,h5,h6,[role=heading]'));
  const headingBefore = (el) => {
    let at = el;
    for (let host = hostAbove(at); host; host = hostAbove(at)) at = host;
    const found = headings(document);
    let before = 0;
    // 2: it stands before or contains; 8: it contains.
    for (let after = found.length; before < after;) { const half = (before + after) >> 1; if (position(at, found[half]) & 2) before = half + 1; else after = half; }
    while (before && position(at, found[before - 1]) & 8) before -= 1;
    return before ? found[before - 1] : null;
  };
  const headingOf = (el) => { const found = walked.has(el) ? walked.get(el) : headingBefore(el); return found ? titleOf(found) : ''; };
  const titleOf = once((heading) => clean(wordsOf(heading).text, 100));
  const grown = (box) => ({ left: box.x - NEAR, top: box.y - NEAR, right: box.x + box.w + NEAR, bottom: box.y + box.h + NEAR });
  const meets = (area, box) => box.x <= area.right && box.x + box.w >= area.left && box.y <= area.bottom && box.y + box.h >= area.top;
  const covers = (area, box) => box.x <= Math.max(0, area.left) && box.y <= Math.max(0, area.top) && box.x + box.w >= area.right && box.y + box.h >= area.bottom;
  const noteOf = once((el) => { const text = NEVER.has(tagOf(el)) || isTyped(el) ? '' : clean(ownOf(el), 60).toLowerCase(); return text && isVisible(el) ? { el, order: 0, asked: 0, text, box: boxOf(el) } : null; });
  const grid = new Map();
  const eachCell = ({ left, top, right, bottom }, visit) => {
    const clamp = (n) => Math.max(0, Math.min(1000, Math.floor(n / CELL))), last = clamp(right), end = clamp(bottom);
    for (let row = clamp(top); row <= end; row += 1) for (let column = clamp(left); column <= last; column += 1) visit(row * 1001 + column);
  };
  const putOnGrid = (note, order) => {
    const { x, y, w, h } = Object.assign(note, { order }).box;
    if (w * h < 400 * CELL * CELL) eachCell({ left: x, top: y, right: x + w, bottom: y + h }, (cell) => { if (!grid.get(cell)?.push(note)) grid.set(cell, [note]); });
  };
  let question = 0;
  const notesOnGrid = (area) => {
    const found = [];
    question += 1;
    eachCell(area, (cell) => { for (const note of grid.get(cell) || []) if (note.asked !== question && meets(area, note.box)) found.push(Object.assign(note, { asked: question })); });
    return found.sort((a, b) => a.order - b.order);
  };
  // For a single element: outward from it, as far as things are near.
  const notesAround = (area, el) => {
    const found = [];
    let left = MOST_VISITS;
    const take = (at) => { const note = noteOf(at); if (note && meets(area, note.box)) found.push(note); };
    const look = (at) => {
      if ((left -= 1) < 0 || (boxOf(at).w > 0 && !meets(area, boxOf(at)))) return 1;
      take(at);
      if (!lookOf(at).gone) for (const root of [shadowOf(at), at]) for (let child = root && firstElement(root); child && left > 0; child = nextElement(child)) look(child);
      return 0;
    };
    look(el);
    for (let at = el; at && left > 0; at = covers(area, boxOf(at)) ? null : parentOf(at)) {
      if (at !== el) take(at);
      for (const step of [previousElement, nextElement]) for (let other = step(at), misses = 0; other && misses < 3 && left > 0; other = step(other)) misses += look(other);
    }
    return found.sort((a, b) => (position(a.el, b.el) & 4 ? -1 : 1));
  };
  const neighborsOf = (el) => {
    const box = boxOf(el);
    if (box.w > WIDEST || box.h > HIGHEST || !isVisible(el)) return '';
    const notes = walked.size ? notesOnGrid(grown(box)) : notesAround(grown(box), el);
    return clean([...new Set(notes.map((note) => note.text))].join(' '));
  };
  // ---- the whole of it
  const testIds = testIdAttribute.split(',').map((key) => key.trim()), testIdOf = (el) => testIds.map((key) => attr(el, key)).find(Boolean) || '';
  const isKept = (el, name) => !testIds.includes(name) && !name.startsWith('on') && (!FIELDS.has(name) || (name === 'value' && /^(checkbox|radio)$/.test(typeOf(el))));
  const addOthers = (el, put) => {
    const data = {}, attributes = {};
    let some = 0, more = 0;
    for (const name of namesOf(el).filter((key) => isKept(el, key))) {
      if (name.startsWith('data-') && (some += 1) <= MOST_ATTRIBUTES) data[name] = clean(attr(el, name));
      else if (!name.startsWith('data-') && (more += 1) <= MOST_ATTRIBUTES) attributes[name] = clean(attr(el, name));
    }
    for (const [key, value] of [['data', some && data], ['attributes', more && attributes]]) put(key, value);
  };
  const addWords = (el, put) => {
    const role = roleOf(el), label = labelOf(el), classes = classesOf(el);
    for (const key of ['id', 'name', 'placeholder', 'title', 'alt', 'href']) put(key, clean(attr(el, key)));
    if (has(el, 'type') || /^(input|button)$/.test(tagOf(el))) put('type', typeOf(el));
    for (const [key, value] of [['role', role], ['accessibleName', nameOf(el, role, label)], ['text', clean(wordsOf(el).text) || unseen(el)], ['label', label], ['value', faceOf(el)], ['testId', clean(testIdOf(el))], ['classes', classes.length && classes]]) put(key, value);
  };
  // What is empty is left out: most of it is, and a snapshot travels.
  const describeOne = (el) => {
    const box = boxOf(el), up = parentNode(el), disabled = attr(el, 'aria-disabled') === 'true' || matches(el, ':disabled');
    const one = {
      tag: tagOf(el), isButton: isButton(el), visible: isVisible(el), enabled: !disabled, editable: isFilled(el) && !disabled && !has(el, 'readonly'),
      x: Math.round(box.x), y: Math.round(box.y), w: Math.round(box.w), h: Math.round(box.h), siblingIndex: placeOf(el).index, siblingCount: up ? countOf[nodeType(up)](up) : 1,
      xpath: xpathOf(el), idxpath: idxpathOf(el), ancestors: ancestorsOf(el), ref: refOf(el),
    };
    const put = (key, value) => { if (value) one[key] = value; };
    for (const add of [addWords, addOthers]) add(el, put);
    for (const [key, value] of [['neighborText', neighborsOf(el)], ['heading', headingOf(el)], ['shadow', hostAbove(el) && [...hostsOf(el)].reverse()]]) put(key, value);
    return one;
  };
  const isMeant = (el) => !NEVER.has(tagOf(el)) && (only !== 'editable' || isFilled(el)) && (!DRAWN.has(tagOf(el)) || has(el, 'id') || has(el, 'role') || isNamed(el) || testIdOf(el) !== '');
  const importance = (el) => {
    if (INTERACTIVE.has(roleOf(el)) || testIdOf(el) || has(el, 'onclick') || has(el, 'tabindex') || isFilled(el)) return 0;
    return has(el, 'id') || isNamed(el) || isHeading(el) || has(el, 'alt') || has(el, 'title') || ownOf(el) ? 1 : 2;
  };
  const choose = (found) => {
    if (found.length <= most) return found;
    const levels = found.map(importance), chosen = new Set();
    for (let level = 0; level < 3; level += 1) for (let at = 0; at < found.length && chosen.size < most; at += 1) if (levels[at] === level) chosen.add(at);
    return found.filter((_, at) => chosen.has(at));
  };
  const everything = () => {
    const found = [];
    let heading = null;
    const walk = (el) => {
      walked.set(el, heading);
      if (isMeant(el)) found.push(el);
      if (has(el, 'id')) idCounts.set(attr(el, 'id'), (idCounts.get(attr(el, 'id')) || 0) + 1);
      for (const root of [shadowOf(el), el]) for (let child = root && firstElement(root); child; child = nextElement(child)) walk(child);
      if (isHeading(el)) heading = el;
    };
    for (let el = firstElement(document); el; el = nextElement(el)) walk(el);
    const chosen = choose(found);
    [...walked.keys()].forEach((el, order) => { const note = noteOf(el); if (note) putOnGrid(note, order); });
    return { chosen, total: found.length };
  };
  // Without boxes: something always moves on a page with an animation.
  const hash = (described) => {
    let code = 0x811c9dc5;
    for (const one of described) {
      const said = `${one.tag}|${one.id}|${one.testId}|${one.accessibleName}|${one.text}|${one.visible}|${one.enabled}|${one.xpath}`;
      for (let at = 0; at < said.length; at += 1) code = Math.imul(code ^ said.charCodeAt(at), 0x01000193);
    }
    return (code >>> 0).toString(16).padStart(8, '0');
  };
  let chosen = matched.slice(0, MOST_MATCHES), total = matched.length, elements = [];
  try {
    if (describe === 'all') ({ chosen, total } = everything());
    // One odd element must not hide the others.
    elements = chosen.flatMap((el) => { try { return [describeOne(el)]; } catch { return []; } });
  } catch { /* A page that breaks the DOM is not healed. */ }
  // Queries and fragments carry tokens.
  return { url: location.href.split(/[?#]/)[0], title: String(document.title), count: matched.length, total, truncated: total > elements.length, elements, digest: hash(elements) };
}
