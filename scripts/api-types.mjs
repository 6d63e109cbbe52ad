/**
 * Makes the types of the API's clients out of its document, docs/spec/openapi.json: web/api/generated.ts, which is `countersign/api` of the
 * package too. `--print` shows what it would write.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import { parseSync, Visitor } from 'oxc-parser';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const HEAD = '/** Made by scripts/api-types.mjs of docs/spec/openapi.json. Answers gain members: go on without those you do not know. */\n';

/** As the compiler of types reads a schema: components are its definitions, a tuple is written the old way, and how long a list may be is no type. */
const older = (schema) =>
  JSON.parse(JSON.stringify(schema), (name, value) => {
    if (name === '$ref') return value.replace('#/components/schemas/', '#/definitions/');
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    const { minItems: _, maxItems: __, prefixItems, ...rest } = value;
    if (prefixItems !== undefined) return { ...rest, items: prefixItems, minItems: prefixItems.length, maxItems: prefixItems.length };
    if (Object.keys(rest).join() === 'description' && typeof rest.description === 'string') return { ...rest, tsType: 'unknown' };
    const nothing = rest.type === 'object' && rest.additionalProperties === false && Object.keys(rest.properties ?? { a: 1 }).length === 0;
    return nothing ? { tsType: 'Record<string, never>' } : rest;
  });

/** Of an operation: what is sent, and what comes back when it is done. */
function call({ summary, requestBody, responses }) {
  const contents = Object.entries(responses).flatMap(([status, { content = {} }]) => (status === 'default' ? [] : Object.values(content)));
  const [first, ...more] = contents.map(({ schema }) => schema);
  const body = requestBody?.content['application/json'].schema;
  const properties = { ...(body === undefined ? {} : { body }), ...(first === undefined ? {} : { answer: more.length === 0 ? first : { anyOf: [first, ...more] } }) };
  return { type: 'object', description: summary, properties, required: Object.keys(properties), additionalProperties: false };
}

/** What is answered is read, and what is sent is not changed on the way. */
function frozen(source) {
  const { program, errors } = parseSync('api.ts', source);
  if (errors.length > 0) throw new Error(`the types cannot be parsed: ${errors[0].message}`);
  const cuts = [];
  const put = (at, text) => cuts.push([at, text]);
  const listed = (node) => {
    put(node.start, 'readonly ');
    const inner = node.elementType?.type;
    if (inner !== 'TSArrayType' && inner !== 'TSTupleType') return;
    put(node.elementType.start, '(');
    put(node.elementType.end, ')');
  };
  new Visitor({ TSPropertySignature: (n) => put(n.start, 'readonly '), TSIndexSignature: (n) => put(n.start, 'readonly '), TSArrayType: listed, TSTupleType: listed }).visit(
    program,
  );
  // From the end, so that what is before stays where it is; what is put at one place keeps its order.
  const ordered = cuts.map((cut, i) => [...cut, i]).sort(([a, , i], [b, , j]) => b - a || j - i);
  return ordered.reduce((text, [at, more]) => text.slice(0, at) + more + text.slice(at), source);
}

/** The text of web/api/generated.ts. */
export async function apiTypes(document) {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, op]) => [`${method.toUpperCase()} ${path.replace('/api/v1', '')}`, call(op)]),
  );
  const schema = {
    title: 'Api',
    description: 'Every operation by its method and its path behind `/api/v1`',
    type: 'object',
    properties: Object.fromEntries(calls),
    required: calls.map(([name]) => name),
    additionalProperties: false,
    definitions: document.components.schemas,
  };
  const said = await compile(older(schema), 'Api', { bannerComment: '', additionalProperties: false, unknownAny: true, unreachableDefinitions: true, format: false });
  return formatted(HEAD + frozen(terse(said)));
}

/** A comment says what the document says, on one line, and not where the compiler found it. */
const terse = (source) =>
  source.replace(/\/\*\*\n((?: *\*.*\n)*?) *\*\/\n/g, (_, inside) => {
    const lines = inside.split('\n').map((line) => line.replace(/^ *\* ?/, ''));
    const from = lines.findIndex((line) => line.startsWith('This interface was referenced by'));
    const said = (from < 0 ? lines : lines.slice(0, from)).join(' ').trim();
    return said === '' ? '' : `/** ${said} */\n`;
  });

function formatted(source) {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  const { status, stdout, stderr } = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=web/api/generated.ts'], { cwd: root, input: source, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the types cannot be formatted: ${stderr}`);
  return stdout;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const document = JSON.parse(readFileSync(join(root, 'docs/spec/openapi.json'), 'utf8'));
  const types = await apiTypes(document);
  if (process.argv[2] === '--print') process.stdout.write(types);
  else writeFileSync(join(root, 'web/api/generated.ts'), types);
}
