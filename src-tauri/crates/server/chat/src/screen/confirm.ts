/** A question before something ends. */
import type { Words } from '../words';
import { h } from './dom';

export function confirmEnd(words: Words, yes: () => void): void {
  const dialog = h(
    'dialog',
    { class: 'confirm', 'aria-labelledby': 'end-title', 'aria-describedby': 'end-text' },
    h('h2', { id: 'end-title' }, words.endTitle),
    h('p', { id: 'end-text' }, words.endText),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', class: 'plain', on: { click: () => dialog.close() } }, words.endNo),
      h(
        'button',
        {
          type: 'button',
          class: 'main',
          on: {
            click: () => {
              dialog.close();
              yes();
            },
          },
        },
        words.endYes,
      ),
    ),
  );
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
