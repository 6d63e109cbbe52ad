/** Keys that work anywhere on a page, except while somebody types. */
import { useEffect, useRef } from 'react';

export type Shortcuts = Readonly<Record<string, () => void>>;

const typing = (target: EventTarget | null): boolean => target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || isText(target));
const isText = (target: HTMLElement): boolean => target instanceof HTMLInputElement && !['radio', 'checkbox', 'button'].includes(target.type);

export function useShortcuts(keys: Shortcuts): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    const press = (e: KeyboardEvent): void => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || typing(e.target) || document.querySelector('[role=dialog],[role=menu]') !== null) return;
      const act = current.current[e.key];
      if (act === undefined) return;
      e.preventDefault();
      act();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

/** Moves focus to the next (1) or previous (-1) element of a selector, and brings it into view. */
export function step(selector: string, by: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>(selector)];
  const here = all.findIndex((el) => el === document.activeElement || el.contains(document.activeElement));
  const next = here < 0 ? (by === 1 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + by));
  goTo(all[next]);
}

export function goTo(element: HTMLElement | null | undefined): void {
  if (element === null || element === undefined) return;
  const far = Math.abs(element.getBoundingClientRect().top) > 2 * window.innerHeight;
  const still = far || matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' });
  element.focus({ preventScroll: true });
  if (far) arrive(element, ARRIVALS);
}

const ARRIVALS = 8;

/** A difference is drawn when it comes near, and pushes away what stands below it: followed until the place stands still. */
function arrive(element: HTMLElement, left: number): void {
  setTimeout(() => {
    const { top } = element.getBoundingClientRect();
    if (left === 0 || document.activeElement !== element || (top >= 0 && top < window.innerHeight * 0.8)) return;
    element.scrollIntoView({ block: 'center' });
    arrive(element, left - 1);
  }, 150);
}
