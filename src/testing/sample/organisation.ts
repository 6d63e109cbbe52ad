/** Larkspur, an organisation that never was: six engineers, one agent, three systems, one policy for two repositories. */

export interface SamplePerson {
  readonly id: string;
  readonly name: string;
  readonly level: string;
  readonly teams: readonly string[];
  readonly domains: readonly string[];
  readonly founder: boolean;
}

export const ORGANISATION = 'Larkspur';

export const PEOPLE: readonly SamplePerson[] = [
  { id: 'jonas', name: 'Jonas Keller', level: 'L4', teams: ['orders'], domains: ['services'], founder: false },
  { id: 'amara', name: 'Amara Okafor', level: 'L5', teams: ['orders'], domains: ['services', 'databases'], founder: false },
  { id: 'mara', name: 'Mara Lindqvist', level: 'L6', teams: ['platform'], domains: ['infra', 'databases'], founder: false },
  { id: 'tomasz', name: 'Tomasz Zielinski', level: 'L6', teams: ['network'], domains: ['infra', 'network'], founder: true },
  { id: 'ines', name: 'Ines Duarte', level: 'L7', teams: ['platform'], domains: ['infra', 'databases', 'services'], founder: true },
  { id: 'david', name: 'David Achterberg', level: 'L7', teams: ['security'], domains: ['infra', 'network', 'services'], founder: true },
];

const mail = (id: string): string => `${id}@larkspur.example`;
export const by = (id: string): string => `${PEOPLE.find((p) => p.id === id)?.name ?? id} <${mail(id)}>`;

export const ROSTER_YML = `# Who works here, how senior they are, and under which names they commit and push.
version: 1
people:
${PEOPLE.map(
  (p) => `  - id: ${p.id}
    name: ${p.name}
    level: ${p.level}
    teams: [${p.teams.join(', ')}]
    domains: [${p.domains.join(', ')}]
    emails: [${mail(p.id)}]
    accounts: [${p.id}]`,
).join('\n')}
agents:
  - id: build-7
    owner: jonas
    emails: [build-7@agents.larkspur.example]
    accounts: [build-7]
`;

const RULES = `
# An emergency pass: two people, or one who waits, and somebody else reviews it within a day.
break_glass:
  humans: 2
  level: L6
  alone_after: 10m
  expires: 1h
  review: { within: 24h, level: L6 }
  per_month: 4

rules:
  - id: destructive
    description: Something would be destroyed, so somebody who has seen it go wrong looks first.
    paths: ["**"]
    when: risk.tier >= critical
    require: { humans: 1, level: L6, senior_to: author }

  - id: assisted-below-senior
    description: An AI had a hand in it and the author is not senior, so somebody senior to them signs.
    paths: ["**"]
    when: provenance.level >= assisted && !author.senior
    require: { humans: 1, senior_to: author }

  - id: critical-systems
    description: Dangerous change to a system of criticality 1 or 2.
    paths: ["**"]
    when: system.criticality <= 2 && risk.tier >= high
    require: { humans: 1, level: L6 }

  - id: everything-else
    description: The rest passes by itself.
    paths: ["**"]
    optional: true
`;

const policy = (systems: string): string => `# What a change needs before it may land. Read from the tip of the target ref, never from the change.
version: 1
organisation: ${ORGANISATION}

# Lowest first. Levels are compared by their place here, never as text.
ladder: [L3, L4, L5, L6, L7]
senior: L6

protected: [refs/heads/main, refs/heads/release]

systems:
${systems}
${RULES}`;

export const INFRA_POLICY = policy(`  - id: orders-db
    name: Orders database
    criticality: 1
    paths: ["databases/orders/**"]
    owners: [platform]
    dependents: [reporting]
    invariants:
      - A restore of the nightly snapshot takes five hours; David decides whether we restore or repair.
      - Finance reads the replica until 06:00 UTC on the first of the month.

  - id: edge
    name: Edge routing and DNS
    criticality: 2
    paths: ["network/**", "dns/**"]
    owners: [network]
    dependents: [orders-db]
    invariants:
      - The TTL of orders.larkspur.example stays at 60 s until the second region is live.

  - id: reporting
    name: Reporting warehouse
    criticality: 3
    paths: ["databases/reporting/**"]
    owners: [data]`);

export const ORDERS_POLICY = policy(`  - id: orders-db
    name: Orders database
    criticality: 1
    paths: ["migrations/**"]
    owners: [orders, platform]
    dependents: [reporting]
    invariants:
      - Migrations run before the new code is live, so the old code has to work on the new schema.

  - id: orders-api
    name: Orders API
    criticality: 2
    paths: ["src/**"]
    owners: [orders]

  - id: reporting
    name: Reporting export
    criticality: 3
    paths: ["reports/**"]
    owners: [data]`);
