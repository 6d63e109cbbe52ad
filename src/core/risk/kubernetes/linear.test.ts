/** Work on objects and networks that whoever pushes writes: each input would take the square of its length from rules that compare all with all. */
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import { network } from '../network/network.ts';
import { kubernetes } from './kubernetes.ts';

async function failed(path: string, before: string | null, after: string | null): Promise<readonly string[]> {
  const { records, read } = sampleTree({ [path]: [before, after] });
  return detect([kubernetes, network], { files: await languages().parse(records, read), plan: null })
    .findings.filter((f) => f.rule === 'META000')
    .map((f) => f.what);
}
const times = (n: number, one: (i: number) => string): string => Array.from({ length: n }, (_, i) => one(i)).join('');
const object = (kind: string, spec: string, name = 'a', apiVersion = 'v1'): string => `---\n{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}}, spec: ${spec}}\n`;
/** Of what is parsed into trees, which takes longer than looking at them. */
const N = 1_000;
const K = 1024;

describe('work that goes by the length of the input', () => {
  it.each([
    ['objects of one name', 'a.yaml', object('Service', '{}').repeat(2 * N)],
    [
      'selectors and what they might take',
      'a.yaml',
      times(N, (i) => object('Service', `{selector: {a: b, c: d${i}}}`, `s${i}`) + object('Deployment', '{template: {metadata: {labels: {a: b}}}}', `d${i}`)),
    ],
    [
      'budgets and what they might protect',
      'a.yaml',
      times(
        2 * K,
        (i) => object('PodDisruptionBudget', '{selector: {matchLabels: {a: b, c: d}}}', `p${i}`) + object('Deployment', '{template: {metadata: {labels: {a: b}}}}', `d${i}`),
      ),
    ],
    ['routes', 'a.yaml', object('VirtualService', `{http: [${times(2 * N, (i) => `{match: [{uri: {prefix: /${i}}}]},`)}]}`)],
    [
      'matches of two routes',
      'a.yaml',
      object('VirtualService', `{http: [{match: [${times(N, (i) => `{uri: {prefix: /${i}}},`)}]}, {match: [${times(N, (i) => `{uri: {exact: x${i}}},`)}]}]}`),
    ],
    ['a revision that is almost one', 'a.yaml', object('Application', `{source: {targetRevision: "${'1.1-'.repeat(100 * K)}!"}}`, 'a', 'argoproj.io/v1')],
    ['blanks in a template', 'templates/a.yaml', `a: {{ x }}\n{{ if y }}${' '.repeat(256 * K)}x\n`],
    ['a zone of one owner', 'a.zone', `a IN A 192.0.2.1\n${' IN A 192.0.2.2\n'.repeat(32 * K)}`],
    ['parentheses of a zone', 'a.zone', `a IN SOA ${'( '.repeat(128 * K)}\n${'(\n'.repeat(64 * K)}`],
    ['empty lines of a proxy', 'nginx/a.conf', `${'\n'.repeat(256 * K)}upstream ${'a'.repeat(64 * K)}\n`],
    ['lets of one group', 'a.tf', `resource "aws_security_group" "a" {\n${times(N, (i) => `ingress {\nfrom_port = ${i}\nto_port = ${i}\ncidr_blocks = ["10.0.0.0/8"]\n}\n`)}}\n`],
    ['records of one name', 'a.tf', times(N, (i) => `resource "aws_route53_record" "a${i}" {\nname = "a"\ntype = "A"\nrecords = ["192.0.2.${i}"]\n}\n`)],
  ])(
    '%s',
    async (_, path, text) => {
      expect(await failed(path, null, text)).toEqual([]);
      expect(await failed(path, text, null)).toEqual([]);
      expect(await failed(path, text, `${text}\n`)).toEqual([]);
      expect(await failed(path, text, text.replaceAll('a', 'b'))).toEqual([]);
    },
    30_000,
  );

  it.each([`${'templates/'.repeat(20 * K)}a.yaml/`, `${'.golden'.repeat(20 * K)}/x`, `${'values-'.repeat(20 * K)}!.yaml`, `${'nginx/'.repeat(20 * K)}a.`])(
    'a long path',
    async (path) => {
      expect(await failed(path, 'a', 'b')).toEqual([]);
    },
  );
});
