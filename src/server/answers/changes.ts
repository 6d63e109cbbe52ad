/** The queue, and the page of one change. */
import * as z from 'zod';
import type { ShownFile } from '../../core/dossier/dossier.ts';
import type { Question } from '../../core/dossier/questions.ts';
import type { ReaderNote } from '../../core/dossier/reader.ts';
import type { OwnershipView } from '../../flows/ownership.ts';
import { decision, ownershipAsked } from './decision.ts';
import { assumption, component, count, decisionWord, disposition, fault, hex64, level, list, ms, named, oid, people, person, state, text, tier } from './words.ts';

const listed = named(
  'QueueItem',
  z.strictObject({
    ...{ id: text, repo: text, targetRef: text, title: text, summary: text, tier, provenance: level, author: text, pusher: text.nullable(), createdAt: ms, state },
    seats: list(z.strictObject({ rule: text, humans: count, level: text.nullable(), candidates: list(person) })),
    findings: count.describe('how many'),
    words: list(z.strictObject({ signer: person, decision: decisionWord, conditions: list(text) })).describe("each person's latest word, while the change has not landed"),
  }),
);
export const changesPage = named('ChangesPage', z.strictObject({ items: list(listed), next: text.nullable().describe('cursor of the next page; null: there is none') }));

const file = component<ShownFile>()(
  'ChangedFile',
  z.strictObject({
    ...{ path: text, status: z.enum(['A', 'D', 'M', 'T']), oldMode: text, newMode: text, binary: z.boolean() },
    oldText: text.describe('whole; empty where this side is absent or not shown'),
    newText: text.describe('whole; empty where this side is absent or not shown'),
    note: text.describe('what could not be shown; empty where the whole file is there'),
  }),
);
const question = component<Question>()('Question', z.strictObject({ id: text, text, required: z.boolean() }));
const commit = named('Commit', z.strictObject({ id: oid, author: text, message: text.describe('the beginning of it') }));

const said = named(
  'Said',
  z.strictObject({
    ...{ sentence: text, conditions: list(text), dispositions: list(disposition), notChecked: text, assumptions: list(assumption) },
    answers: list(z.strictObject({ question: text, answer: text })),
    ...{ filesViewed: count, filesTotal: count },
  }),
  { description: 'What the signed bytes say, to be read and not to be relied on', page: 'human-signoff/v1/schema.json' },
);
const signoff = named(
  'Signoff',
  z.strictObject({ index: count, signer: person, decision: decisionWord, at: ms, said: said.nullable().describe('null where the bytes can no longer be read') }),
);

const ownership = component<OwnershipView>()(
  'Ownership',
  z.strictObject({
    asked: ownershipAsked.nullable().describe('null: policy does not ask'),
    settled: z.boolean(),
    given: list(
      z.strictObject({
        ...{ index: count, author: text, at: ms },
        problems: list(fault).describe('not empty: it does not count, and why'),
        said: z
          .strictObject({
            ...{ statement: text, read: z.strictObject({ files: count, filesTotal: count }), ran: list(text), notUnderstood: list(text) },
            assumptions: list(assumption),
          })
          .nullable(),
      }),
    ).describe('the newest first'),
    mine: z.strictObject({ canOwn: z.boolean(), why: text }),
  }),
  { description: "The author's own word", page: 'ownership/v1/README.md' },
);

export const dossier = named(
  'Dossier',
  z.strictObject({
    ...{
      id: text,
      state,
      title: text,
      createdAt: ms,
      pusher: text.nullable(),
      decision,
      people,
      held: list(text).describe('candidates an identity provider keeps from signing it'),
      questions: list(question),
      files: list(file),
    },
    commits: list(commit).describe('the oldest first'),
    signoffs: list(signoff).describe("the oldest first; a person's latest word counts"),
    presented: hex64.describe('digest of exactly what this answer shows; it goes into the signed statement'),
    ownership,
    mine: z.strictObject({
      ...{ canSign: z.boolean(), why: text },
      since: text.nullable().describe('what moved since they signed an earlier form, in words; null: they did not, or signed exactly this'),
    }),
  }),
);

const note = component<ReaderNote>()('ReaderNote', z.strictObject({ text, path: text.nullable(), line: count.nullable() }));
export const readerAnswer = named(
  'ReaderAnswer',
  z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('off') }),
    z.strictObject({ state: z.literal('reading'), model: text }),
    z.strictObject({ state: z.literal('failed'), model: text, why: text }),
    z.strictObject({ state: z.literal('read'), model: text, notes: list(note), left: list(text).describe('files it did not see whole'), tokens: count }),
  ]),
);
