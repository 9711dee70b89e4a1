/** Small drawings, as paths on a 24 by 24 field. */
const paths = {
  send: ['M12 19V6', 'M6 11.5 12 5.5 18 11.5'],
  clip: ['M20 11.5l-7.8 7.8a5 5 0 0 1-7.1-7.1l8.2-8.2a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  file: ['M7 3.5h7l4 4v13H7z', 'M14 3.5v4h4'],
  down: ['M12 5v11', 'M7 11.5l5 5 5-5', 'M5 20h14'],
  arrow: ['M12 5v14', 'M6 13l6 6 6-6'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  checks: ['M2.5 12.5 7 17l8-9.5', 'M11.5 16.5l.5.5 9-9.5'],
  clock: ['M12 7.5V12l3 2', 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z'],
  alert: ['M12 8v5', 'M12 16.2v.1', 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z'],
} as const;

export type IconName = keyof typeof paths;

const SVG = 'http://www.w3.org/2000/svg';

function drawing(size: number): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('width', String(size));
  svg.setAttribute('height', String(size));
  svg.setAttribute('fill', 'none');
  svg.setAttribute('stroke', 'currentColor');
  svg.setAttribute('stroke-width', '1.8');
  svg.setAttribute('stroke-linecap', 'round');
  svg.setAttribute('stroke-linejoin', 'round');
  svg.setAttribute('aria-hidden', 'true');
  return svg;
}

function draw(svg: SVGElement, d: string): void {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', d);
  svg.append(path);
}

export function icon(name: IconName, size = 18): SVGElement {
  const svg = drawing(size);
  for (const d of paths[name]) draw(svg, d);
  return svg;
}

/** Five faces, from very unhappy to very happy. */
const mouths = ['M8 17c1-2.2 2.3-3.2 4-3.2s3 1 4 3.2', 'M8.5 16.3c1-1 2-1.5 3.5-1.5s2.5.5 3.5 1.5', 'M8.5 15.5h7', 'M8.5 14.5c1 1 2 1.5 3.5 1.5s2.5-.5 3.5-1.5', 'M7.8 13.8c1 2.3 2.4 3.4 4.2 3.4s3.2-1.1 4.2-3.4z'];

export function face(place: number): SVGElement {
  const svg = drawing(30);
  draw(svg, 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z');
  draw(svg, 'M9 9.3v.6');
  draw(svg, 'M15 9.3v.6');
  draw(svg, mouths[place] ?? '');
  return svg;
}
