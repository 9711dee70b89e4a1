/** Elements, made one by one. Text only ever becomes a text node; there is no way to hand in markup. */
import { type Piece, pieces } from '../text';

type Child = Node | string | null;
type Listeners = { [Name in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Name]) => void };

interface Props {
  readonly class?: string;
  readonly on?: Listeners;
  readonly [attribute: string]: string | number | boolean | null | undefined | Listeners;
}

export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value as Listeners)) {
        element.addEventListener(event, listener as EventListener);
      }
    } else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child !== null) element.append(child);
  return element;
}

/** Changes a text only when it differs, so that screen readers are not told the same thing twice. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, visible: boolean): void {
  if (element.hidden === visible) element.hidden = !visible;
}

/** Words of a person: isolated from the text around them, links made, marks shown. */
export function personal(text: string): HTMLElement {
  const holder = h('bdi', { dir: 'auto' });
  for (const piece of pieces(text)) holder.append(nodeOf(piece));
  return holder;
}

function nodeOf(piece: Piece): Node {
  switch (piece.is) {
    case 'text':
      return document.createTextNode(piece.text);
    case 'mark':
      return h('span', { class: 'mark' }, piece.text);
    case 'link':
      return h('a', { href: piece.href, target: '_blank', rel: 'noopener noreferrer' }, piece.text);
  }
}
