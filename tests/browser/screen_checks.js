// What the drill measures in a page. Each function returns sentences about what is wrong.
// Put into every page as `window.checks` before its own scripts; the page itself is not changed.

window.checks = (() => {
  const CONTROLS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable]," +
    " [tabindex]";
  const SMALLEST_TARGET = 24; // CSS pixels, WCAG 2.2, 2.5.8
  const SMALLEST_OUTLINE = 2; // CSS pixels, as WCAG 2.2, 2.4.13 wants for a perimeter
  const ROUNDING = 1.5; // CSS pixels

  function called(element) {
    const words = (element.innerText || element.value || element.alt || "")
      .trim()
      .replace(/\s+/g, " ");
    const name = element.className?.baseVal ?? element.className;
    const mark = name ? `.${String(name).trim().split(/\s+/).join(".")}` : "";
    return `<${element.localName}${element.id ? `#${element.id}` : ""}${mark}> ${words.slice(0, 40)}`;
  }

  function visible(element) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  }

  /** Hidden from the eye on purpose, and read aloud: the one place where words may be cut. */
  function forEarsOnly(element) {
    if (element.closest(".skip-link:not(:focus)")) return true;
    return ancestors(element).some((part) => getComputedStyle(part).clipPath === "inset(50%)");
  }

  /** The box that people see and hit: a label stands in for a field that is drawn otherwise. */
  function target(element) {
    const box = element.getBoundingClientRect();
    const drawn = box.width > 2 && box.height > 2 && getComputedStyle(element).opacity !== "0";
    return drawn ? element : (element.closest("label") ?? element.labels?.[0] ?? element);
  }

  /** Every stop of the Tab key, in the order of the document. */
  function stops() {
    const groups = [];
    return [...document.querySelectorAll(CONTROLS)].filter((element) => {
      if (element.tabIndex < 0 || element.disabled || element.closest("[inert]")) return false;
      if (!element.checkVisibility({ visibilityProperty: true })) return false;
      if (element.type !== "radio") return true;
      // The keys step through a group of choices as one: from its chosen one, or its first.
      const same = (other) => other.name === element.name && other.form === element.form;
      const chosen = [...document.getElementsByName(element.name)].find(
        (other) => same(other) && other.checked,
      );
      if (chosen ? chosen !== element : groups.some(same)) return false;
      groups.push(element);
      return true;
    });
  }

  /** Let the next press of Tab begin at the top, wherever the page has put the focus. */
  function rewind() {
    window.stopsOfThisPage = stops();
    scrollTo(0, 0);
    document.body.tabIndex = -1;
    document.body.focus({ preventScroll: true });
    document.body.removeAttribute("tabindex");
    return window.stopsOfThisPage.length;
  }

  /** Leave the page as a reader who has just come sees it. */
  function settle() {
    document.activeElement.blur();
    scrollTo(0, 0);
  }

  /** Which stop has the focus, or -1, and what is wrong with how it shows. */
  function focused() {
    const element = document.activeElement;
    const place = window.stopsOfThisPage.indexOf(element);
    if (place < 0) return { place, name: element ? called(element) : "", wrong: [] };
    return { place, name: called(element), wrong: [...ring(element), ...covered(element)] };
  }

  function ring(element) {
    const shown = [element, target(element)].some((part) => {
      const style = getComputedStyle(part);
      return (
        style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= SMALLEST_OUTLINE
      );
    });
    return shown ? [] : [`no outline on ${called(element)}`];
  }

  /** WCAG 2.4.11: what has the focus is not hidden, by sticky parts or beyond the edge. */
  function covered(element) {
    const box = target(element).getBoundingClientRect();
    const inside =
      box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    if (!inside) return [`out of sight: ${called(element)}`];
    const x = Math.min(Math.max((box.left + box.right) / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max((box.top + box.bottom) / 2, 0), innerHeight - 1);
    const above = document.elementFromPoint(x, y);
    const sticky = ancestors(above).find((part) =>
      ["fixed", "sticky"].includes(getComputedStyle(part).position),
    );
    return sticky && !sticky.contains(element)
      ? [`${called(element)} lies under ${called(sticky)}`]
      : [];
  }

  function ancestors(element) {
    const found = [];
    for (let part = element; part; part = part.parentElement) found.push(part);
    return found;
  }

  /** The lines of text that people see, each with its box. */
  function lines() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const holder = node.parentElement;
      if (!node.data.trim() || !visible(holder) || forEarsOnly(holder)) continue;
      if (holder.closest("script, style, noscript, option, [aria-hidden=true]")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        if (box.width > 1 && box.height > 1) found.push({ node, holder, box });
      }
    }
    return found;
  }

  /** WCAG 1.4.10 and 1.4.12: no words beyond the edge, none cut off by the box around them. */
  function cutOff() {
    const wrong = new Set();
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth)
      wrong.add(`the page scrolls sideways: ${called(widest() ?? root)}`);
    for (const { holder, box } of lines()) {
      for (const part of ancestors(holder)) {
        const style = getComputedStyle(part);
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) break;
        const edge = part.getBoundingClientRect();
        const hides = (overflow) => overflow === "hidden" || overflow === "clip";
        const sideways =
          hides(style.overflowX) &&
          (box.left < edge.left - ROUNDING || box.right > edge.right + ROUNDING);
        // The box of a line is as tall as its font: what matters is the middle half, the letters.
        const slack = box.height / 4;
        const upright =
          hides(style.overflowY) &&
          (box.top + slack < edge.top || box.bottom - slack > edge.bottom);
        if (sideways || upright) wrong.add(`words cut off by ${called(part)}: ${called(holder)}`);
      }
      if (box.left + scrollX < -ROUNDING || box.right + scrollX > innerWidth + ROUNDING) {
        if (!ancestors(holder).some((part) => /auto|scroll/.test(getComputedStyle(part).overflowX)))
          wrong.add(`words beyond the edge: ${called(holder)}`);
      }
    }
    return [...wrong];
  }

  /** What reaches furthest to the right without a box around it that cuts it off. */
  function widest() {
    const cut = (part) => getComputedStyle(part).overflowX !== "visible";
    const free = [...document.body.querySelectorAll("*")].filter(
      (element) => visible(element) && !ancestors(element.parentElement).slice(0, -2).some(cut),
    );
    const ends = free.map((element) => [element.getBoundingClientRect().right, element]);
    const far = Math.max(...ends.map(([end]) => end));
    return ends.findLast(([end]) => end >= far)?.[1];
  }

  /** Words that lie on one another. */
  function overlaps() {
    const wrong = new Set();
    const boxes = lines();
    const block = (element) =>
      ancestors(element).find((part) => !getComputedStyle(part).display.startsWith("inline"));
    for (const line of boxes) {
      line.block = block(line.holder);
      const slack = line.box.height / 4;
      line.top = line.box.top + slack;
      line.bottom = line.box.bottom - slack;
    }
    boxes.sort((one, other) => one.top - other.top);
    boxes.forEach((one, place) => {
      for (const other of boxes.slice(place + 1)) {
        if (other.top >= one.bottom - ROUNDING) break;
        if (one.node === other.node || one.block === other.block) continue;
        const shared =
          Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        if (shared > ROUNDING) wrong.add(`${called(one.holder)} on ${called(other.holder)}`);
      }
    });
    return [...wrong];
  }

  /** WCAG 1.4.12, as its own text has it; null takes the values away again. */
  function spaceText(on) {
    window.spacing ??= new CSSStyleSheet();
    window.spacing.replaceSync(
      on
        ? `* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
               word-spacing: 0.16em !important; }
           p { margin-bottom: 2em !important; }`
        : "",
    );
    const others = document.adoptedStyleSheets.filter((sheet) => sheet !== window.spacing);
    document.adoptedStyleSheets = [...others, window.spacing];
  }

  /** WCAG 2.5.8: 24 by 24 pixels but for links within a sentence. */
  function smallTargets() {
    return stops()
      .filter((element) => visible(target(element)) && !forEarsOnly(element))
      .filter((element) => {
        const box = target(element).getBoundingClientRect();
        const inSentence =
          element.localName === "a" &&
          getComputedStyle(element).display === "inline" &&
          element.closest("p, li, dd, figcaption, h1, h2, h3, h4, label, small") !== null;
        return !inSentence && Math.min(box.width, box.height) < SMALLEST_TARGET;
      })
      .map((element) => `small target: ${called(element)}`);
  }

  /** In one column, the eye meets everything in the order in which it is read aloud. */
  function order() {
    const wrong = [];
    let last = null;
    const parts = "h1, h2, h3, h4, p, dt, label, button, input:not([type=hidden]), textarea";
    for (const element of document.querySelectorAll(`main :is(${parts})`)) {
      if (!visible(element) || forEarsOnly(element) || element.closest("[aria-hidden]")) continue;
      const box = element.getBoundingClientRect();
      // What stands side by side is read along the line: only a jump upwards is wrong.
      if (last && box.bottom <= last.box.top + ROUNDING && !sideBySide(element, last.element))
        wrong.push(`${called(element)} stands above ${called(last.element)}`);
      last = { element, box };
    }
    return wrong;
  }

  function sideBySide(one, other) {
    const a = one.getBoundingClientRect();
    const b = other.getBoundingClientRect();
    return a.left >= b.right || a.right <= b.left;
  }

  /** Language, one h1, no skipped level, a title, alternatives of pictures, live regions. */
  function bones() {
    const wrong = [];
    const root = document.documentElement;
    // The frame for other sites stands outside the languages and names its own.
    const asked = new URLSearchParams(location.search).get("lang");
    const expected = location.pathname.startsWith("/embed/") ? asked : location.pathname.split("/")[1];
    if (expected !== root.lang) wrong.push(`lang is "${root.lang}"`);
    if (!document.title.trim()) wrong.push("no title");
    const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter((heading) =>
      heading.checkVisibility(),
    );
    if (headings.filter((heading) => heading.localName === "h1").length !== 1)
      wrong.push("not one h1");
    headings.reduce((above, heading) => {
      const level = Number(heading.localName[1]);
      if (level > above + 1) wrong.push(`skipped level: ${called(heading)}`);
      return level;
    }, 0);
    for (const picture of document.images) {
      if (!picture.hasAttribute("alt")) wrong.push(`no alt: ${picture.src}`);
      else if (/\.(jpe?g|png|webp|avif|svg)$/i.test(picture.alt))
        wrong.push(`alt is a file name: ${picture.alt}`);
    }
    if (document.querySelector("form[data-form], [data-copy]")) {
      if (!document.querySelector("[role=status]")) wrong.push("no live region");
    }
    const summary = document.querySelector("[data-error-summary]");
    if (summary && summary.getAttribute("role") !== "alert") wrong.push("silent error summary");
    if (summary && document.activeElement !== summary) wrong.push("error summary without focus");
    for (const field of document.querySelectorAll("[aria-invalid=true]")) {
      // The reason for a group of choices stands with the group.
      const holders = [field, field.closest("fieldset")];
      const said = holders.map((holder) => holder?.getAttribute("aria-describedby") ?? "");
      const ids = said.join(" ").split(/\s+/);
      if (!ids.some((id) => document.getElementById(id)?.textContent.trim()))
        wrong.push(`wrong field without its reason: ${called(field)}`);
    }
    return wrong;
  }

  /** Without style sheets: everything is still there, header before main before footer. */
  function withoutStyles() {
    const said = new Set(lines().map(({ node }) => node));
    const sheets = [...document.styleSheets];
    for (const sheet of sheets) sheet.disabled = true;
    const still = new Set(lines().map(({ node }) => node));
    // Without styles the menu is closed on wide screens too, behind its button.
    const wrong = [...said]
      .filter((node) => !still.has(node) && !node.parentElement.closest("details:not([open])"))
      .map((node) => `gone without styles: ${node.data.trim().slice(0, 60)}`);
    // A slideshow and a frame for other sites have no header.
    const parts = ["header", "main", "footer"].map((name) => document.querySelector(`body > ${name}`));
    const tops = parts.filter((part) => part).map((part) => part.getBoundingClientRect().top);
    const sorted = tops.every((top, place) => place === 0 || tops[place - 1] < top);
    if (!parts[1] || !sorted) wrong.push("header, main, footer out of order");
    for (const control of stops()) {
      if (control.matches("a, button") && !control.textContent.trim())
        if (!control.querySelector("img[alt]:not([alt=''])"))
          wrong.push(`no words without styles: ${called(control)}`);
    }
    for (const sheet of sheets) sheet.disabled = false;
    return wrong;
  }

  /** Where colours are forced, every control has words or an edge that stand out. */
  function forcedColours() {
    const wrong = [];
    for (const element of stops()) {
      const drawn = target(element);
      if (!visible(drawn) || forEarsOnly(element)) continue;
      const style = getComputedStyle(drawn);
      const ground = ancestors(drawn)
        .map((part) => getComputedStyle(part).backgroundColor)
        .find((colour) => !/, 0\)$|transparent/.test(colour));
      if (drawn.textContent.trim() && style.color === ground)
        wrong.push(`words vanish: ${called(element)}`);
      const edged = ["Top", "Bottom"].some((side) => parseFloat(style[`border${side}Width`]) >= 1);
      // Boxes to tick are drawn by the browser itself where it draws them at all.
      const own = style.appearance === "none" || !element.matches("[type=checkbox], [type=radio]");
      if (element.matches("button, select, textarea, input, .button") && own && !edged)
        wrong.push(`no edge: ${called(element)}`);
    }
    return wrong;
  }

  /** Where somebody asked for less motion, nothing moves. */
  function motion() {
    const wrong = [];
    for (const element of document.querySelectorAll("*")) {
      const style = getComputedStyle(element);
      const seconds = (text) => Math.max(...text.split(",").map((part) => parseFloat(part) || 0));
      if (style.animationName !== "none" && seconds(style.animationDuration) > 0.01)
        wrong.push(`moves: ${called(element)}`);
      const moving = /transform|translate|scale|rotate|top|left|all/.test(style.transitionProperty);
      if (moving && seconds(style.transitionDuration) > 0.01)
        wrong.push(`slides: ${called(element)}`);
    }
    if (getComputedStyle(document.documentElement).scrollBehavior === "smooth")
      wrong.push("scrolls smoothly");
    return wrong;
  }

  /** Escape closes the menu, and the focus is back on its button. The page stays as it was. */
  function openMenu() {
    const button = [...document.querySelectorAll("header summary")].find(visible);
    button?.focus();
    return button !== undefined;
  }

  function menuState() {
    const menu = document.querySelector("header details:has(> summary:focus), header details[open]");
    const links = menu ? stops().filter((stop) => menu.contains(stop)).length - 1 : 0;
    return {
      open: menu?.open ?? false, links, onButton: document.activeElement.localName === "summary",
    };
  }

  /** Of each selector: the colour of its words, whether they are large, and where they stand. */
  function inks(selectors) {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const all = lines();
    return selectors.map((selector) => {
      const element = document.querySelector(selector);
      if (!element || element.closest("[aria-hidden=true]")) return null;
      const own = all.filter(({ holder }) => element === holder || element.contains(holder));
      const style = getComputedStyle(own[0]?.holder ?? element);
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = style.color;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      const pixels = parseFloat(style.fontSize);
      return {
        ink: [red, green, blue],
        alpha: ancestors(element).reduce(
          (sum, part) => sum * Number(getComputedStyle(part).opacity), alpha / 255),
        // WCAG: 18 points, or 14 points in bold.
        large: pixels >= 24 || (pixels >= 18.66 && Number(style.fontWeight) >= 700),
        boxes: own.map(({ box }) => [
          box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY,
        ]),
      };
    });
  }

  /** Take all words out of sight, so that a picture shows what lies behind them. */
  function hideWords(on) {
    window.wordless ??= new CSSStyleSheet();
    window.wordless.replaceSync(
      on
        ? `*, *::before, *::after { color: transparent !important; transition: none !important;
             text-decoration-color: transparent !important; text-shadow: none !important; }
           svg[aria-hidden] { visibility: visible; }`
        : "",
    );
    const others = document.adoptedStyleSheets.filter((sheet) => sheet !== window.wordless);
    document.adoptedStyleSheets = [...others, window.wordless];
  }

  return {
    bones, cutOff, focused, forcedColours, hideWords, inks, menuState, motion,
    openMenu, order, overlaps, rewind, settle, smallTargets, spaceText, withoutStyles,
  };
})();
