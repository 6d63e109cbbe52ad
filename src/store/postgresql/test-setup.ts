/** One PostgreSQL for all the tests of the project `postgresql`, each of which makes databases of its own in it. */
import type { TestProject } from 'vitest/node';
import { startPostgres } from './test-server.ts';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  project.provide('postgresql', server.url);
  return server.stop;
}
