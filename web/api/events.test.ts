import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { listenToChanges } from './events.ts';

class Source extends EventTarget {
  static readonly CLOSED = 2;
  static made: Source[] = [];
  readyState = 1;
  onopen: () => void = () => undefined;
  onerror: () => void = () => undefined;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Source.made.push(this);
  }
  close(): void {
    this.readyState = Source.CLOSED;
  }
}
const page = Object.assign(new EventTarget(), { hidden: false });
const seen = (hidden: boolean): void => {
  page.hidden = hidden;
  page.dispatchEvent(new Event('visibilitychange'));
};

let live: boolean[];
let moved: number;
const listen = () =>
  listenToChanges(
    (yes) => live.push(yes),
    () => moved++,
    page as unknown as Document,
  );
const last = (): Source => Source.made.at(-1) as Source;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
  [live, moved, Source.made, page.hidden] = [[], 0, [], false];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('reads the list once it is told, and once for what comes together', () => {
  const wire = listen();
  expect(last().url).toBe('/api/v1/changes/events');
  last().onopen();
  vi.runAllTimers();
  expect([live.at(-1), moved]).toEqual([true, 1]);
  for (const event of ['change', 'change', 'reset']) last().dispatchEvent(new Event(event));
  vi.runAllTimers();
  expect(moved).toBe(2);
  wire.close();
  expect([live.at(-1), last().readyState, vi.getTimerCount()]).toEqual([false, Source.CLOSED, 0]);
});

it('is not live while it is cut off, and comes back after a refusal by itself', () => {
  const wire = listen();
  last().onopen();
  last().readyState = 0;
  last().onerror();
  expect([live.at(-1), Source.made.length]).toEqual([false, 1]);
  last().readyState = Source.CLOSED;
  last().onerror();
  vi.runAllTimers();
  expect(Source.made).toHaveLength(2);
  wire.close();
});

it('lets the stream go while nobody sees the page', () => {
  const wire = listen();
  const first = last();
  seen(true);
  expect([first.readyState, Source.made.length]).toEqual([Source.CLOSED, 1]);
  seen(false);
  expect(Source.made).toHaveLength(2);
  wire.close();
  seen(true);
  seen(false);
  expect(Source.made).toHaveLength(2);
});
