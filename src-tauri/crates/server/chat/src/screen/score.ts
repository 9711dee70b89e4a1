/** The question at the end, and room for a word about it. */
import type { ScoreKind } from '../types';
import type { Words } from '../words';
import { h, say, show } from './dom';
import { face } from './icons';

const ranges: Record<ScoreKind, readonly [number, number]> = { csat: [1, 5], ces: [1, 7], nps: [0, 10] };

export class Score {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #send: (kind: ScoreKind, value: number, comment: string | null) => void;
  #kind: ScoreKind | null = null;

  constructor(words: Words, send: (kind: ScoreKind, value: number, comment: string | null) => void) {
    this.#words = words;
    this.#send = send;
    this.element = h('div', { class: 'score-place' });
  }

  update(kind: ScoreKind | null): void {
    if (kind === this.#kind) return;
    this.#kind = kind;
    this.element.replaceChildren(...(kind === null ? [] : [this.#question(kind)]));
  }

  #question(kind: ScoreKind): HTMLElement {
    const words = this.#words.scores[kind];
    const [low, high] = ranges[kind];
    let value: number | null = null;
    const chosen = h('p', { class: 'chosen', 'aria-hidden': 'true' });
    const wrong = h('p', { class: 'wrong', id: 'score-wrong', role: 'alert', hidden: true }, this.#words.pickFirst);
    const comment = h('textarea', { id: 'score-comment', rows: 2, maxlength: 4_000, placeholder: this.#words.commentHint });
    const more = h(
      'div',
      { class: 'field', hidden: true },
      h('label', { for: 'score-comment' }, `${this.#words.comment} `, h('span', { class: 'soft' }, `(${this.#words.optional})`)),
      comment,
    );
    const pick = (answer: number, word: string): void => {
      value = answer;
      say(chosen, word);
      show(more, true);
      show(wrong, false);
    };
    const answers = h('div', { class: `answers ${kind}` });
    for (let answer = low; answer <= high; answer += 1) {
      const word = words.answers[answer - low] ?? '';
      const id = `score-${answer}`;
      const input = h('input', {
        type: 'radio',
        name: 'score',
        id,
        value: answer,
        class: 'sr',
        on: { change: () => pick(answer, word) },
      });
      const spoken = word === '' ? edgeWord(answer, low, high, words.lowest, words.highest) : word;
      answers.append(
        h(
          'div',
          { class: 'answer' },
          input,
          h(
            'label',
            { for: id },
            kind === 'csat' ? withFace(answer - low) : h('span', { 'aria-hidden': kind === 'ces' ? 'true' : null }, String(answer)),
            spoken === '' ? null : h('span', { class: 'sr' }, kind === 'nps' ? `, ${spoken}` : spoken),
          ),
        ),
      );
    }
    const ends = h('p', { class: 'ends', 'aria-hidden': 'true' }, h('span', {}, words.lowest), h('span', {}, words.highest));
    const submit = (event: Event): void => {
      event.preventDefault();
      if (value === null) {
        show(wrong, true);
        return;
      }
      const text = comment.value.trim();
      this.#send(kind, value, text === '' ? null : text);
    };
    return h(
      'form',
      { class: 'card score', on: { submit } },
      h('fieldset', {}, h('legend', {}, words.question), answers, ends, chosen),
      wrong,
      more,
      h('button', { type: 'submit', class: 'main' }, this.#words.sendScore),
    );
  }
}

function edgeWord(answer: number, low: number, high: number, lowest: string, highest: string): string {
  if (answer === low) return lowest;
  return answer === high ? highest : '';
}

function withFace(place: number): HTMLElement {
  const holder = h('span', { class: 'face', 'aria-hidden': 'true' });
  holder.append(face(place));
  return holder;
}
