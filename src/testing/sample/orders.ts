/** The sample's service repository: a small TypeScript service with SQL migrations. */
import type { SampleCommit } from './history.ts';
import { by, ORDERS_POLICY, ROSTER_YML } from './organisation.ts';

const README = `# orders

Takes orders, keeps them, tells the warehouse. Migrations run before the new code is live.
`;

const server = (routes: readonly string[]): string => `import { createServer } from 'node:http';
${routes.map((r) => `import { ${r} } from './${r}.ts';`).join('\n')}

const routes = { ${routes.join(', ')} };

createServer((request, response) => {
  const name = (request.url ?? '/').slice(1) as keyof typeof routes;
  const answer = routes[name]?.(request);
  response.writeHead(answer === undefined ? 404 : 200).end(answer);
}).listen(8080);
`;

const route = (name: string, answer: string): string => `import type { IncomingMessage } from 'node:http';

export const ${name} = (_request: IncomingMessage): string => JSON.stringify(${answer});
`;

const FIRST = `BEGIN;
CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL
);
CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id),
  placed_at timestamptz NOT NULL DEFAULT now(),
  total_cents bigint NOT NULL
);
COMMIT;
`;

const REPORT = `SELECT date_trunc('day', placed_at) AS day, sum(total_cents) AS cents FROM orders GROUP BY 1 ORDER BY 1;
`;

export const ORDERS_HISTORY: readonly SampleCommit[] = [
  {
    by: by('amara'),
    at: '2026-03-16T08:30:00Z',
    message: 'Start the orders service',
    files: { 'README.md': README, 'src/server.ts': server(['health']), 'src/health.ts': route('health', '{ ok: true }') },
  },
  { by: by('amara'), at: '2026-03-17T14:05:00Z', message: 'Keep customers and orders', files: { 'migrations/0001_orders.sql': FIRST } },
  { by: by('jonas'), at: '2026-03-26T10:12:00Z', message: 'List orders', files: { 'src/server.ts': server(['health', 'list']), 'src/list.ts': route('list', '[]') } },
  {
    by: by('jonas'),
    at: '2026-04-20T09:48:00Z',
    message: 'Find orders by customer without a scan',
    files: { 'migrations/0002_orders_by_customer.sql': 'CREATE INDEX CONCURRENTLY orders_by_customer ON orders (customer_id);\n' },
  },
  { by: by('amara'), at: '2026-05-11T13:20:00Z', message: 'Let an order carry a note', files: { 'migrations/0003_order_note.sql': 'ALTER TABLE orders ADD COLUMN note text;\n' } },
  {
    by: by('jonas'),
    at: '2026-06-02T15:37:00Z',
    message: 'Cancel an order\n\nAssisted-by: copilot:gpt-5',
    files: { 'src/server.ts': server(['health', 'list', 'cancel']), 'src/cancel.ts': route('cancel', '{ cancelled: true }') },
  },
  { by: by('mara'), at: '2026-07-15T11:02:00Z', message: 'Report revenue by day', files: { 'reports/revenue.sql': REPORT } },
  {
    by: by('amara'),
    at: '2026-08-24T09:26:00Z',
    message: 'Remember when an order was cancelled',
    files: { 'migrations/0004_cancelled_at.sql': 'ALTER TABLE orders ADD COLUMN cancelled_at timestamptz;\n' },
  },
  { by: by('jonas'), at: '2026-09-29T16:55:00Z', message: 'Say which version answers', files: { 'src/health.ts': route('health', "{ ok: true, version: '1.4.0' }") } },
  { by: by('ines'), at: '2026-10-12T09:10:00Z', message: 'Put changes under Countersign', files: { 'countersign.yml': ORDERS_POLICY, '.countersign/roster.yml': ROSTER_YML } },
];
