// What is measured inside the window. Something counts as painted once a frame that began when it was in the page is
// over: nearer to the eye a page cannot see.
(() => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const one = (css) => document.querySelector(css);
  const call = (name, input) => window.__TAURI_INTERNALS__.invoke('call', { name, input });

  async function painted() {
    await frame();
    await pause(0);
  }

  /** Ends with the frame that paints what `there` finds. */
  async function seen(what, there) {
    const begun = performance.now();
    do {
      if (performance.now() - begun > 10_000) throw new Error(`never seen: ${what}`);
      await frame();
    } while (!there());
    await pause(0);
  }

  // Every customer's line begins with its number and the moment when it was said.
  const SAID = /said(\d+)at(\d+)/g;
  const lines = () => one('.lines .list')?.lastElementChild?.textContent ?? '';
  const rows = () => [...document.querySelectorAll('[aria-labelledby="queue-yours"] button[data-row]')];
  const nameOf = (row) => row.querySelector('.name .cut').textContent.trim();
  const lastSaid = (row) => row.querySelector('.last').textContent.match(/said\d+at\d+/)?.[0];

  /** Opens a conversation as a click does; how long its lines and its customer took. */
  async function open(row) {
    const words = lastSaid(row);
    const name = nameOf(row);
    await frame();
    const begun = performance.now();
    row.click();
    await seen(`the lines of ${name}`, () => lines().includes(words));
    const shown = performance.now() - begun;
    if (!one('[data-pane=customer]').textContent.includes(name)) {
      await seen(`the card of ${name}`, () => one('[data-pane=customer]').textContent.includes(name));
    }
    return [shown, performance.now() - begun];
  }

  let heard = new Map();
  let ear;
  let keys = [];
  let pressed = 0;
  let keyboard;

  window.bench = {
    call,

    /** Ends the desk a moment after this was answered. An empty window has no desk: it ends with its session. */
    quit() {
      setTimeout(() => void window.__TAURI_INTERNALS__?.invoke('call', { name: 'app.quit', input: {} }), 50);
    },

    /** When this page was painted first, and the desk in it, in ms since 1970. */
    async started(withDesk) {
      const entry = (name) => performance.getEntriesByName(name)[0];
      await seen('the first paint', () => entry('first-contentful-paint') && (!withDesk || entry('desk')));
      const since1970 = (name) => performance.timeOrigin + entry(name).startTime;
      return { first: since1970('first-contentful-paint'), desk: withDesk ? since1970('desk') : null };
    },

    /** Opens the conversation on top of the list. */
    async open() {
      one('.queue').scrollTop = 0;
      await seen('a row', () => rows().length > 0);
      await open(rows()[0]);
    },

    /** Opens one conversation after the other, down the list: always another one of another customer. */
    async switching(count) {
      const list = one('.queue');
      const opened = new Set();
      const times = { lines: [], customer: [] };
      let current;
      while (times.lines.length < count) {
        const row = rows().find((row) => nameOf(row) !== current && !opened.has(lastSaid(row)));
        if (row) {
          current = nameOf(row);
          opened.add(lastSaid(row));
          const [shown, beside] = await open(row);
          times.lines.push(shown);
          times.customer.push(beside);
        } else {
          const before = list.scrollTop;
          list.scrollTop += 200;
          if (list.scrollTop === before) {
            list.scrollTop = 0;
            opened.clear();
          }
        }
        await pause(60);
      }
      return times;
    },

    /** From now on what is said and painted is noted, from that number on: older lines come and go as the list moves. */
    listen(from) {
      ear?.disconnect();
      heard = new Map();
      ear = new MutationObserver((changes) => {
        const fresh = [];
        for (const change of changes) {
          for (const node of change.addedNodes) {
            for (const [, number, at] of (node.textContent ?? '').matchAll(SAID)) {
              if (Number(number) < from || heard.has(number)) continue;
              heard.set(number, null);
              fresh.push([number, Number(at)]);
            }
          }
        }
        if (fresh.length > 0) void painted().then(() => fresh.forEach(([number, at]) => heard.set(number, Date.now() - at)));
      });
      ear.observe(one('.lines'), { childList: true, subtree: true });
    },

    /** What was noted, once it is as much as that, or nothing comes any more. */
    async heard(count) {
      const times = () => [...heard.values()].filter((time) => time !== null);
      let [known, since] = [-1, performance.now()];
      while (times().length < count && performance.now() - since < 5_000) {
        if (times().length !== known) [known, since] = [times().length, performance.now()];
        await pause(50);
      }
      ear.disconnect();
      return { painted: times() };
    },

    /** From now on keys are noted. */
    type() {
      keys = [];
      const field = one('[data-composer]');
      field.focus();
      keyboard?.abort();
      keyboard = new AbortController();
      const { signal } = keyboard;
      addEventListener('keydown', (event) => (pressed = event.timeStamp), { capture: true, signal });
      field.addEventListener('input', () => {
        const begun = pressed;
        void painted().then(() => keys.push(performance.now() - begun));
      }, { signal });
    },

    /** What was noted of that many keys. */
    async typed(count) {
      await seen(`${count} letters`, () => keys.length >= count);
      return keys;
    },

    async searching(texts) {
      const times = { rows: [], painted: [] };
      for (const text of texts) {
        const begun = performance.now();
        const found = await call('search.find', { text });
        times.rows.push(performance.now() - begun);
        if (found.rows.length === 0) throw new Error(`nothing found: ${text}`);
        await pause(20);
      }
      one('.top button.search').click();
      await seen('the search field', () => one('[role=combobox]'));
      const field = one('[role=combobox]');
      for (const text of texts) {
        const words = text.split(' ');
        await frame();
        const begun = performance.now();
        field.value = text;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        const isHit = (mark) => words.some((word) => mark.textContent.toLowerCase().startsWith(word));
        await seen(text, () => [...document.querySelectorAll('#palette-list mark')].some(isHit));
        times.painted.push(performance.now() - begun);
        await pause(40);
      }
      return times;
    },

    /** How many of the things that were said are in these conversations. */
    async kept(conversations) {
      const found = new Set();
      const take = (items) => {
        for (const item of items) {
          const words = item.parts.map((part) => part.text ?? '').join('');
          for (const [, number] of words.matchAll(SAID)) found.add(number);
        }
      };
      for (const id of conversations) {
        let { timeline } = await call('conversation.show', { id });
        take(timeline.items);
        while (timeline.earlier && timeline.items.length > 0) {
          timeline = await call('conversation.earlier', { id, before: timeline.items[0].n });
          take(timeline.items);
        }
      }
      return found.size;
    },
  };
})();
