/**
 * What an entry of the log says to the outside: ids and verdicts. Only fields named here leave, each of them public in the log already; no
 * body of an entry is read, so no source, no sentence and no name of a person ever leaves this way. Format: docs/spec/webhooks.md.
 */

import { sha256Hex } from '../core/base/crypto.ts';
import type { Json } from '../core/base/json.ts';
import { type Entry, parseEntry } from '../core/log/entry.ts';
import type { AppendedEntry } from './ports.ts';
import type { WebhookEvent } from './ports-webhooks.ts';
import type { Site } from './site.ts';

const OF: { readonly [type: string]: (entry: Entry) => readonly WebhookEvent[] } = {
  decision: ({ fields }) => (fields.outcome === 'signoff' ? ['change.decided', 'signoff.asked'] : ['change.decided']),
  signoff: () => ['change.signed'],
  landed: () => ['change.landed'],
  violation: () => ['violation.opened'],
  'break-glass': () => ['break-glass.used'],
};

const FIELDS = ['change', 'repo', 'ref', 'old', 'new', 'tier', 'outcome', 'stage', 'decision', 'complete', 'breakGlass'] as const;

export const isTold = (type: string): boolean => Object.hasOwn(OF, type);

/** In the order they are told; none for most entries. */
export function eventsOf(entry: AppendedEntry): readonly WebhookEvent[] {
  const read = parseEntry(entry.bytes);
  return read.ok ? (OF[read.value.type]?.(read.value) ?? []) : [];
}

/** The same for the same event, however often it is sent. @param origin of the log. */
export const messageId = (origin: string, index: number, event: WebhookEvent): string => `msg_${sha256Hex(`${origin}\0${index}\0${event}`).slice(0, 32)}`;

/** The exact text that is sent; undefined where the entry is not of this event. */
export function messageOf(site: Pick<Site, 'organisation' | 'origin' | 'url'>, entry: AppendedEntry, event: WebhookEvent): string | undefined {
  const read = parseEntry(entry.bytes);
  if (!read.ok || !eventsOf(entry).includes(event)) return undefined;
  const { fields } = read.value;
  const said: { [name: string]: Json } = {};
  for (const name of FIELDS) {
    const value = fields[name];
    if (value !== undefined) said[name] = value;
  }
  const page = typeof fields.change === 'string' ? { url: `${site.url}/changes/${fields.change}` } : {};
  const data = { organisation: site.organisation, log: site.origin, index: entry.index, ...said, ...page };
  return JSON.stringify({ type: event, timestamp: new Date(entry.at).toISOString(), data });
}
