/**
 * Calls of cloud libraries that delete what holds more than itself, as the commands they are: `client.delete_stack(...)` is
 * `aws delete-stack`. Only names that no application uses for its own things; one row of a table is nobody's environment.
 */
import type { ProgramLanguage } from './script.ts';

const HOLDS =
  '(?:stack|stack_set|db_instance|db_cluster|cluster|cache_cluster|replication_group|table|bucket|instances|nodegroup|vpc|load_balancer|file_system|hosted_zone|stream|domain|user_pool|db_snapshot|global_cluster|nat_gateway|subnet|internet_gateway|volume|resource_group|app|service|auto_scaling_group)';
const SNAKE = new RegExp(`\\.(delete|terminate)_(${HOLDS})\\s*\\(`, 'g');
const CAMEL =
  /\b(?:new\s+)?(Delete|Terminate)(Stack|StackSet|DBInstance|DBCluster|Cluster|CacheCluster|ReplicationGroup|Table|Bucket|Instances|Nodegroup|Vpc|LoadBalancer|FileSystem|HostedZone|Stream|Domain|UserPool|AutoScalingGroup)Command\s*\(/g;
const KEYS = /\.(schedule_key_deletion)\s*\(/g;
const CLUSTER = /\.delete_(namespace|persistent_volume|namespaced_persistent_volume_claim|namespaced_stateful_set|custom_resource_definition|collection_\w+)\s*\(/g;
const RESOURCE_GROUP = /\bresource_groups\.(begin_delete|delete)\s*\(/g;

export interface SdkCall {
  readonly at: number;
  readonly text: string;
}

/** @param code without strings and comments, at the same offsets. */
export function sdkCalls(code: string, language: ProgramLanguage): readonly SdkCall[] {
  if (language === 'javascript') return [...code.matchAll(CAMEL)].map((m) => ({ at: m.index, text: `aws delete-${kebab(m[2] ?? '')}` }));
  if (language !== 'python' && language !== 'ruby') return [];
  const cloud = /\bboto|aioboto|Aws::|\baws/i.test(code) ? [...code.matchAll(SNAKE)].map((m) => ({ at: m.index, text: `aws ${m[1]}-${(m[2] ?? '').replace(/_/g, '-')}` })) : [];
  const keys = [...code.matchAll(KEYS)].map((m) => ({ at: m.index, text: 'aws kms schedule-key-deletion' }));
  const groups = [...code.matchAll(RESOURCE_GROUP)].map((m) => ({ at: m.index, text: 'az group delete' }));
  const cluster = /\bkubernetes|\bclient\b/.test(code)
    ? [...code.matchAll(CLUSTER)].map((m) => ({
        at: m.index,
        text: `kubectl delete ${(m[1] ?? '')
          .replace(/^namespaced_/, '')
          .replace(/^collection_\w+/, 'all --all')
          .replace(/_/g, '')}`,
      }))
    : [];
  return [...cloud, ...keys, ...groups, ...cluster].sort((a, b) => a.at - b.at);
}

const kebab = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
