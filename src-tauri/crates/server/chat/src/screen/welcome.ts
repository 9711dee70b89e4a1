/** The first words, and two questions that nobody has to answer. */
import { plain } from '../text';
import type { Words } from '../words';
import { h, say, show } from './dom';

export interface WelcomeView {
  readonly visible: boolean;
  /** Somebody is there. */
  readonly open: boolean;
  /** Known already: not asked again. */
  readonly knownAs: string;
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/u;

export class Welcome {
  readonly element: HTMLElement;
  readonly #words: Words;
  readonly #title = h('h2', { dir: 'auto' });
  readonly #text = h('p');
  readonly #form: HTMLElement;
  readonly #name: HTMLInputElement;
  readonly #email: HTMLInputElement;
  readonly #wrong: HTMLElement;

  constructor(words: Words, name: string, email: string, submitted: () => void) {
    this.#words = words;
    this.#name = h('input', {
      id: 'name',
      name: 'name',
      autocomplete: 'name',
      maxlength: 300,
      dir: 'auto',
      'aria-describedby': 'name-hint',
    });
    this.#email = h('input', {
      id: 'email',
      name: 'email',
      type: 'email',
      inputmode: 'email',
      autocomplete: 'email',
      maxlength: 300,
      'aria-describedby': 'email-hint email-wrong',
    });
    this.#name.value = name;
    this.#email.value = email;
    this.#wrong = h('p', { class: 'wrong', id: 'email-wrong', hidden: true }, words.emailWrong);
    this.#email.addEventListener('input', () => this.#clearWrong());
    for (const field of [this.#name, this.#email]) {
      field.addEventListener('keydown', (event) => {
        if (event.key === 'Enter' && !event.isComposing) {
          event.preventDefault();
          submitted();
        }
      });
    }
    const label = (field: string, text: string): HTMLElement =>
      h('label', { for: field }, `${text} `, h('span', { class: 'soft' }, `(${words.optional})`));
    this.#form = h(
      'div',
      { class: 'fields' },
      h('div', { class: 'field' }, label('name', words.name), this.#name, h('p', { class: 'hint', id: 'name-hint' }, words.nameHint)),
      h(
        'div',
        { class: 'field' },
        label('email', words.email),
        this.#email,
        h('p', { class: 'hint', id: 'email-hint' }, words.emailHint),
        this.#wrong,
      ),
    );
    this.element = h('section', { class: 'welcome' }, this.#title, this.#text, this.#form);
  }

  update(view: WelcomeView): void {
    const { knownAs, open, visible } = view;
    show(this.element, visible);
    if (!visible) return;
    const hello = knownAs === '' ? this.#words.hello : this.#words.helloAgain(plain(knownAs));
    say(this.#title, open ? hello : this.#words.awayTitle);
    say(this.#text, open ? this.#words.welcome : this.#words.awayText);
    show(this.#form, knownAs === '');
  }

  /** What they typed; nothing when the e-mail cannot be one, which is then said. */
  read(): { name: string; email: string } | null {
    const name = this.#name.value.trim();
    const email = this.#email.value.trim();
    if (!this.#form.hidden && email !== '' && !EMAIL.test(email)) {
      show(this.#wrong, true);
      this.#email.setAttribute('aria-invalid', 'true');
      this.#email.focus();
      return null;
    }
    return { name, email };
  }

  #clearWrong(): void {
    show(this.#wrong, false);
    this.#email.removeAttribute('aria-invalid');
  }
}
