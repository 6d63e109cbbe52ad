/**
 * GitHub's own description of its API (`@octokit/openapi`) behind real HTTP on loopback: it judges every call that is made of it, by the operation's
 * path, query and body, and every answer a test makes up, so that no test rests on an answer GitHub cannot give. What no test sets is
 * answered by the example of the document.
 */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

export type Edition = 'api.github.com' | 'ghes-3.17';

export interface Seen {
  /** `PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}`. */
  readonly operation: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: IncomingMessage['headers'];
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A fault: nothing GitHub describes. */
  readonly fault?: true;
}

export interface Double {
  /** Base address, with the path an Enterprise Server has. */
  readonly api: string;
  /** In the order they came. */
  readonly seen: readonly Seen[];
  /** What is not as the document says it. */
  readonly wrong: readonly string[];
  /** @param of an operation. */
  on(of: string, answer: (seen: Seen) => Answer): void;
  exampleOf(operation: string): Answer;
  close(): Promise<void>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: { readonly type?: string };
}
interface Media {
  readonly content?: {
    readonly 'application/json'?: { readonly schema?: object; readonly example?: unknown; readonly examples?: Readonly<Record<string, { readonly value: unknown }>> };
  };
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Media & { readonly required?: boolean };
  readonly responses: Readonly<Record<string, Media>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const books = new Map<Edition, ReturnType<typeof open>>();

function open(edition: Edition) {
  const file = createRequire(import.meta.url).resolve(`@octokit/openapi/generated/${edition}.json`);
  const document: Document = JSON.parse(readFileSync(file, 'utf8'));
  spellOut(document);
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema(document, 'github');
  const compiled = new Map<string, ValidateFunction>();
  const faults = (pointer: readonly string[], value: unknown): readonly string[] => {
    const ref = `github#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
    const validate = compiled.get(ref) ?? ajv.compile({ $ref: ref });
    compiled.set(ref, validate);
    return validate(value) ? [] : (validate.errors ?? []).map((error) => ajv.errorsText([error]));
  };
  const pointed = (value: unknown): unknown => {
    const ref = typeof value === 'object' && value !== null && '$ref' in value ? String(value.$ref) : undefined;
    if (ref === undefined) return value;
    return ref
      .slice(2)
      .split('/')
      .reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], document);
  };
  return { document, faults, pointed };
}

/** `nullable` beside no type is of OpenAPI alone. */
function spellOut(at: unknown): void {
  if (typeof at !== 'object' || at === null) return;
  for (const value of Object.values(at)) spellOut(value);
  if (Array.isArray(at) || !('nullable' in at) || at.nullable !== true || 'type' in at) return;
  const { nullable: _, ...schema } = at;
  for (const key of Object.keys(at)) Reflect.deleteProperty(at, key);
  Object.assign(at, { anyOf: [schema, { type: 'null' }] });
}

function bookOf(edition: Edition) {
  const book = books.get(edition) ?? open(edition);
  books.set(edition, book);
  return book;
}

export async function openDouble(edition: Edition = 'api.github.com'): Promise<Double> {
  const { document, faults, pointed } = bookOf(edition);
  const prefix = edition === 'api.github.com' ? '' : '/api/v3';
  const answers = new Map<string, (seen: Seen) => Answer>();
  const seen: Seen[] = [];
  const wrong: string[] = [];

  const found = (method: string, pathname: string): { template: string; params: Record<string, string>; operation: Operation } | undefined => {
    const candidates = Object.entries(document.paths).flatMap(([template, of]) => {
      const operation = of[method.toLowerCase()];
      const match = new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`).exec(pathname);
      const params = Object.fromEntries(Object.entries(match?.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]));
      return operation === undefined || match === null ? [] : [{ template, params, operation }];
    });
    // The one with the fewest holes: `/rulesets/rule-suites` before `/rulesets/{ruleset_id}`.
    return candidates.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0];
  };

  const judged = (at: Seen, operation: Operation, template: string, method: string): void => {
    const say = (what: string): void => void wrong.push(`${at.operation}: ${what}`);
    const base = ['paths', template, method];
    const known = (operation.parameters ?? []).map((p) => pointed(p) as Parameter);
    const given = { path: at.params, query: at.query } as const;
    for (const { name, in: where, required, schema } of known) {
      const value = where === 'path' || where === 'query' ? given[where][name] : undefined;
      if (value === undefined && required === true) say(`${name} is missing`);
      if (value !== undefined && schema.type === 'integer' && !/^\d+$/.test(value)) say(`${name} is no number`);
      const allowed = (pointed(schema) as { enum?: readonly string[] }).enum;
      if (value !== undefined && allowed !== undefined && !allowed.includes(value)) say(`${name} may not be ${value}`);
    }
    const strange = Object.keys(at.query).filter((name) => !known.some((p) => p.in === 'query' && p.name === name));
    if (strange.length > 0) say(`it has no ${strange.join(', ')}`);
    if (operation.requestBody === undefined) {
      if (at.body !== undefined) say('it has no body');
    } else if (at.body !== undefined || operation.requestBody.required === true) {
      for (const bad of faults([...base, 'requestBody', 'content', 'application/json', 'schema'], at.body)) say(`the body: ${bad}`);
    }
    if (at.headers.accept !== 'application/vnd.github+json' || at.headers['x-github-api-version'] === undefined) say('it does not say which version is asked');
  };

  const example = (operation: Operation): Answer => {
    const status = Object.keys(operation.responses).find((code) => code.startsWith('2')) ?? '200';
    const json = (pointed(operation.responses[status]) as Media).content?.['application/json'];
    const [first] = Object.values(json?.examples ?? {});
    return { status: Number(status), body: json?.example ?? (pointed(first) as { value: unknown } | undefined)?.value };
  };

  /** Where the document's own example is not as the document says, nothing better is asked of ours. */
  const strangeIn = ({ template, operation }: { template: string; operation: Operation }, method: string, { status, body }: Answer): readonly string[] => {
    const described = operation.responses[String(status)];
    if (described === undefined) return [`it is never ${status}`];
    if ((pointed(described) as Media).content?.['application/json']?.schema === undefined) return [];
    const ref = '$ref' in described ? String(described.$ref).slice(2).split('/') : ['paths', template, method, 'responses', String(status)];
    const at = [...ref, 'content', 'application/json', 'schema'];
    const known = new Set(faults(at, example(operation).body).map((fault) => fault.replaceAll(/\/\d+/g, '')));
    return faults(at, body).filter((fault) => !known.has(fault.replaceAll(/\/\d+/g, '')));
  };

  const answered = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = (request.method ?? '').toLowerCase();
    const url = new URL(request.url ?? '', 'http://double');
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const text = Buffer.concat(parts).toString('utf8');
    const hit = url.pathname.startsWith(prefix) ? found(method, url.pathname.slice(prefix.length)) : undefined;
    if (hit === undefined) {
      wrong.push(`${request.method} ${url.pathname} is no operation`);
      return void response.writeHead(500).end();
    }
    const operation = `${request.method} ${hit.template}`;
    const at: Seen = { operation, params: hit.params, query: Object.fromEntries(url.searchParams), body: text === '' ? undefined : JSON.parse(text), headers: request.headers };
    seen.push(at);
    judged(at, hit.operation, hit.template, method);
    const made = answers.get(operation)?.(at);
    const { status, headers = {}, body } = made ?? example(hit.operation);
    if (made !== undefined && made.fault !== true) for (const bad of strangeIn(hit, method, made)) wrong.push(`the answer to ${operation}: ${bad}`);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body === undefined ? '' : JSON.stringify(body));
  };

  const server = createServer(
    (request, response) =>
      void answered(request, response).catch((error) => {
        wrong.push(String(error));
        response.destroy();
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    api: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    seen,
    wrong,
    on: (of, answer) => void answers.set(of, answer),
    exampleOf: (operation) => {
      const [method = '', template = ''] = operation.split(' ');
      const described = document.paths[template]?.[method.toLowerCase()];
      if (described === undefined) throw new Error(`${operation} is no operation`);
      return example(described);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
