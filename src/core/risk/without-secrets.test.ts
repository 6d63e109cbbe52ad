import { expect, it } from 'vitest';
import { rule } from './finding.ts';
import { withoutSecrets } from './without-secrets.ts';

it.each([
  ['psql postgres://u:Sup3rS3cret@h/x -c "DROP TABLE orders"', 'psql postgres://[redacted]@h/x -c "DROP TABLE orders"'],
  ['curl -u elastic:Sup3rS3cret -X DELETE http://es/orders', 'curl -u elastic:[redacted] -X DELETE http://es/orders'],
  ['curl -H "Authorization: Bearer Sup3rS3cret" x', 'curl -H "Authorization: Bearer [redacted]" x'],
  ['mysql -u root -pSup3rS3cret -e "drop database x"', 'mysql -u root -p[redacted] -e "drop database x"'],
  ['redis-cli -a Sup3rS3cret flushall', 'redis-cli -a [redacted] flushall'],
  ['terraform destroy -var db_password=Sup3rS3cret', 'terraform destroy -var db_password=[redacted]'],
  ['kubectl --token=Sup3rS3cret delete ns prod', 'kubectl --token=[redacted] delete ns prod'],
  ["CREATE ROLE app SUPERUSER PASSWORD 'Sup3rS3cret'", "CREATE ROLE app SUPERUSER PASSWORD '[redacted]'"],
  ["CREATE USER x IDENTIFIED BY 'Sup3rS3cret'", "CREATE USER x IDENTIFIED BY '[redacted]'"],
])('%s', (said, expected) => expect(withoutSecrets(said)).toBe(expected));

it.each(['id-token: write', 'secrets: inherit', 'secretsmanager:GetSecretValue', 'git push -p', 'https://example.org/a@v1', 'kubectl delete -p x', 'mysql -p -e x'])(
  'leaves what is no secret: %s',
  (said) => expect(withoutSecrets(said)).toBe(said),
);

it('is done to whatever a finding says', () => {
  const found = rule(
    'X101',
    'x',
    'high',
    'exact',
  )({ place: { path: 'a', side: 'head' }, what: 'runs psql postgres://u:Sup3rS3cret@h', because: [['command', 'redis-cli -a Sup3rS3cret flushall']] });
  expect(JSON.stringify(found)).not.toContain('Sup3rS3cret');
});
