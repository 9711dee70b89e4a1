/** Styles by CSSOM alone: a site with a strict `style-src` allows no style element and no style attribute. */
export function style(element: HTMLElement | SVGElement, rules: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(rules)) element.style.setProperty(name, value);
}

export const calm = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;
