/** JSON Schemas of the files people write, made of the shapes they are read by: for editors, and for programs that write cases. */
import * as z from 'zod';
import { AGENTS_SHAPE } from './agents-file.ts';
import { CASE_SHAPE } from './case-fields.ts';
import { POLICY_SHAPE } from './policy-shape.ts';
import { ROSTER_SHAPE } from './roster-file.ts';

export const SCHEMA_NAMES = ['policy', 'roster', 'agents', 'facts'] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** Where each is published, under docs/spec. */
export const SCHEMA_FILES: { readonly [name in SchemaName]: string } = {
  policy: 'countersign.schema.json',
  roster: 'roster.schema.json',
  agents: 'agents.schema.json',
  facts: 'facts.schema.json',
};

const ABOUT: { readonly [name in SchemaName]: readonly [string, string] } = {
  policy: ['countersign.yml, version 1', 'What a change needs before it may land. docs/spec/policy.md tells what each field means.'],
  roster: ['.countersign/roster.yml, version 1', 'Who may sign, and whose hand is behind which address and account.'],
  agents: [
    '.countersign/agents.yml, version 1',
    'Which accounts are agents, which are not, and whose records of sessions count. docs/spec/provenance.md tells what each field means.',
  ],
  facts: ['A case', 'Facts about one change, and the sign-offs given for it: a test of a policy, a scenario, or a line of policy eval.'],
};

/** As somebody writes it: fields with a default may be left out. The loader checks more than a schema can say. */
export function schemaOf(name: SchemaName): { readonly [key: string]: unknown } {
  const shape = { policy: POLICY_SHAPE.extend({ tests: z.array(CASE_SHAPE).max(2_000).default([]) }), roster: ROSTER_SHAPE, agents: AGENTS_SHAPE, facts: CASE_SHAPE }[name];
  const [title, description] = ABOUT[name];
  const { $schema, ...rest } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' });
  return { $schema, $id: `https://countersign.dev/schema/${name}/v1`, title, description, ...rest };
}

export const schemaText = (name: SchemaName): string => `${JSON.stringify(schemaOf(name), null, 2)}\n`;
