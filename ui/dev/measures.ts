// Measures inside the page, over the stand-in: from the event to the frame that shows it. The bridge and the desk are
// not in these figures; what the screen itself costs is.

import type { StandIn } from './standin';

export interface Spread {
  n: number;
  p50: number;
  p95: number;
  max: number;
}

function spread(times: number[]): Spread {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10;
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Resolves once a frame that began after now has been handed over to be painted. */
async function painted(): Promise<void> {
  await frame();
  await new Promise((resolve) => setTimeout(resolve, 0));
}

export function pace(standin: StandIn) {
  return {
    /** Reads further up until so many stretches of older lines are there. */
    async goUp(stretches: number): Promise<void> {
      const asked = () => standin.calls.filter((call) => call.name === 'conversation.earlier').length;
      const until = asked() + stretches;
      const scroller = document.querySelector<HTMLElement>('.scroller');
      while (scroller && asked() < until) {
        scroller.scrollTop = 0;
        await frame();
      }
    },

    /** From the click on a row to its lines in the page and painted. */
    async switching(rounds = 40): Promise<Spread> {
      const times: number[] = [];
      for (let i = 0; i < rounds; i += 1) {
        const rows = [...document.querySelectorAll<HTMLElement>('[data-pane="queue"] section:nth-of-type(1) button.row, [aria-labelledby="queue-yours"] button.row')];
        const row = rows[i % rows.length];
        if (!row) continue;
        const name = row.querySelector('.name')?.textContent?.trim() ?? '';
        await frame();
        const from = performance.now();
        row.click();
        while (!document.querySelector('[data-pane="conversation"] h1')?.textContent?.includes(name.slice(0, 6))) await frame();
        await painted();
        times.push(performance.now() - from);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      return spread(times);
    },

    /** From a message of the customer to the frame that shows it. */
    async arriving(perSecond: number, seconds: number): Promise<Spread> {
      const id = standin.opened ?? 'c-lea';
      const times: number[] = [];
      const waits: Promise<void>[] = [];
      const total = perSecond * seconds;
      const begin = performance.now();
      for (let i = 0; i < total; i += 1) {
        const due = begin + (i * 1000) / perSecond;
        const wait = due - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        const mark = `mark-${perSecond}-${i}-`;
        const from = performance.now();
        standin.arrive(id, `${mark} something the customer says that is about as long as people write`);
        waits.push(
          (async () => {
            while (!document.querySelector('.list')?.lastElementChild?.textContent?.includes(mark) && performance.now() - from < 3000) {
              await frame();
              if ([...(document.querySelector('.list')?.children ?? [])].slice(-8).some((row) => row.textContent?.includes(mark))) break;
            }
            await painted();
            times.push(performance.now() - from);
          })(),
        );
      }
      await Promise.all(waits);
      return spread(times);
    },

    /** From a key to the frame that shows it, while messages arrive. */
    async typing(perSecond: number, letters = 60): Promise<Spread> {
      const id = standin.opened ?? 'c-lea';
      const field = document.querySelector<HTMLTextAreaElement>('[data-composer]');
      if (!field) return spread([]);
      let i = 0;
      const noise = perSecond > 0 ? setInterval(() => standin.arrive(id, `noise ${(i += 1)} with some words in it`), 1000 / perSecond) : undefined;
      const times: number[] = [];
      field.focus();
      for (let n = 0; n < letters; n += 1) {
        await new Promise((resolve) => setTimeout(resolve, 45));
        const from = performance.now();
        field.value += 'abcde '[n % 6];
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await painted();
        times.push(performance.now() - from);
      }
      clearInterval(noise);
      return spread(times);
    },
  };
}
