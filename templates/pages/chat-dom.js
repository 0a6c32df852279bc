// chat-dom.js: building nodes. Text from chat only ever becomes text nodes.
export const $ = (id) => document.getElementById(id);

// make('p', {class: 'hint', 'aria-label': 'x'}, 'text', node, …)
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

// A person's circle: the name's last character (楼长4 → 4), always the same colour.
export function avatar(name, isBot) {
  if (isBot) return make('span', { class: 'avatar', 'aria-hidden': 'true' }, make('img', { src: '/chat-icon.svg', alt: '' }));
  const characters = [...name];
  let sum = 0;
  for (const c of characters) sum = (sum * 31 + c.codePointAt(0)) % 8;
  const digits = name.match(/\d+$/);
  const shown = digits ? characters[0] + digits[0] : characters.slice(0, /^[a-z]/i.test(name) ? 2 : 1).join('');
  return make('span', { class: `avatar c${sum}`, 'aria-hidden': 'true' }, shown.slice(0, 3));
}
