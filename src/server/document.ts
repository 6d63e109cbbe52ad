/**
 * The API as OpenAPI 3.1, out of the table of operations. A route that is not in the table, or a row that is no route, fails a test, as does
 * an answer that is not of the shape stated here, to the member.
 */
import * as z from 'zod';
import { problemShape } from './answers/words.ts';
import { API, needOf } from './auth/access.ts';
import { BODIES, OPERATIONS, type Operation } from './openapi.ts';

type Json = { readonly [member: string]: unknown };
/** By name; filled while the paths are described. */
type Components = { [id: string]: unknown };

const COMPONENT = '#/components/schemas/';

/** What was made by zod, with its references put where OpenAPI looks for them. */
const placed = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema), (name, value) => (name === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', COMPONENT) : value));

/** Whatever has a name in it becomes a component. Answers may have more members some day, and whoever reads one goes on without them; a body may not. */
function schemaOf(shape: z.ZodType, components: Components, io: 'input' | 'output'): unknown {
  const { $defs = {}, properties } = z.toJSONSchema(z.object({ shape }), {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      delete jsonSchema.id;
    },
  });
  for (const [id, schema] of Object.entries($defs)) components[id] = placed(schema);
  return placed(properties?.shape);
}

function bodyOf(shape: z.ZodType, components: Components): unknown {
  const name = BODIES.get(shape);
  const schema = schemaOf(shape, components, 'input');
  if (name === undefined) return schema;
  components[name] = schema;
  return { $ref: `${COMPONENT}${name}` };
}

const problemAnswer = { description: 'Refused; RFC 9457', content: { 'application/problem+json': { schema: { $ref: `${COMPONENT}Problem` } } } };

function answered({ answer, status, also = [] }: Operation, components: Components): Json {
  if (answer === null) return { [status]: { description: 'Go on at `location`', headers: { location: { schema: { type: 'string' } } } } };
  const usual =
    typeof answer === 'string' ? { status, media: answer, schema: { type: 'string' } } : { status, media: 'application/json', schema: schemaOf(answer, components, 'output') };
  const all = [usual, ...also.map((a) => ({ ...a, schema: schemaOf(a.shape, components, 'output') }))];
  const contents = [...Map.groupBy(all, (a) => a.status)];
  return Object.fromEntries(contents.map(([at, some]) => [at, { description: 'Done', content: Object.fromEntries(some.map(({ media, schema }) => [media, { schema }])) }]));
}

/** Out of the table that is asked at each request. Demo data asks nothing of people. */
function needed(op: Operation): Json {
  const need = needOf(op.method, `${API}${op.path}`);
  if (need === undefined || need.roles === null) return { security: [] };
  return {
    security: [{ session: [] }, ...(need.scope === undefined ? [] : [{ token: [need.scope] }])],
    'x-roles': need.roles,
    ...(need.fresh === true ? { 'x-fresh-sign-in': true } : {}),
  };
}

function described(op: Operation, components: Components): Json {
  const ids = [...op.path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const query = Object.entries(op.query ?? {}).map(([name, { shape, words }]) => ({
    ...{ name, in: 'query', required: false, description: words },
    schema: schemaOf(shape, components, 'input'),
  }));
  const key = {
    name: 'idempotency-key',
    in: 'header',
    required: false,
    description: 'The same key with the same body has the same answer, for 24 h',
    schema: { type: 'string', maxLength: 200 },
  };
  const own = { name: 'x-countersign', in: 'header', required: true, description: 'Anything: a form of another site cannot send it', schema: { type: 'string' } };
  return {
    summary: op.summary,
    operationId: `${op.method.toLowerCase()}${op.path.replace(/[/:.-]+(\w)/g, (_, c: string) => c.toUpperCase())}`,
    parameters: [...ids, ...query, ...(op.method === 'GET' ? [] : [own]), ...(op.creates ? [key] : [])],
    ...(op.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: bodyOf(op.body, components) } } } }),
    ...needed(op),
    responses: { ...answered(op, components), default: problemAnswer },
  };
}

let kept: Json | undefined;
/** Made once: anybody may ask for it, and making it takes a tenth of a second. */
export const openApi = (): Json => {
  kept ??= whole();
  return kept;
};

function whole(): Json {
  const components: Components = {};
  const paths: { [path: string]: { [method: string]: Json } } = {};
  for (const op of OPERATIONS) {
    const path = `${API}${op.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [op.method.toLowerCase()]: described(op, components) };
  }
  for (const [shape, name] of BODIES) components[name] ??= schemaOf(shape, components, 'input');
  schemaOf(problemShape, components, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign',
      version: '1',
      description: 'Human sign-off of AI-assisted code changes, made mechanical. Answers gain members, and none is renamed or changes its meaning.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-countersign_session', description: 'Of a person who signed in; on loopback over http `countersign_session`' },
        token: { type: 'http', scheme: 'bearer', description: 'An API token of the scope named' },
      },
    },
  };
}
