/** The starter: what `countersign init` writes, and what `check` answers by where there is no policy. */

export const STARTER_POLICY = `# What a change needs before it may land on a protected ref.
# It is read from the tip of the target ref, never from the change that is judged.
# Check a change with it: countersign check

version: 1

# Where the rules come from. The profile asks nobody for most changes, another person where something was found, somebody
# senior where it is dangerous or an AI had a hand in a critical system, and reads two of a hundred of the rest afterwards.
# Read it:  countersign policy profile tiered      Others:  countersign policy profiles
# What is written below adds to it; nothing here takes away from it.
extends: [profile:tiered]

# Levels of people, lowest first, and the level from which people count as senior.
ladder: [L4, L5, L6, L7]
senior: L6

# Refs this policy guards, as full names.
protected:
  - refs/heads/main
  - refs/heads/master
  - refs/heads/release/**

# The running things you operate. List them: the profile asks more where criticality is 1 (the highest) or 2, and counts
# what is found in criticality 1 one tier higher.
# systems:
#   - id: payments
#     name: Payments
#     criticality: 1
#     paths: [services/payments/**]
#     owners: [payments]
#     dependents: []
#     invariants: [A payment is never captured twice.]

# What a profile cannot know: names of your ladder, and where things lie in this repository. Every rule that applies asks;
# a stricter seat answers a weaker one, and otherwise each seat takes another person.
rules:
  - id: risky-change
    description: Something was found, and newcomers do not judge it
    paths: ["**"]
    when: risk.tier >= elevated
    require: {humans: 1, level: L5}

  - id: infrastructure
    description: Infrastructure, identities and pipelines
    paths:
      - "**/*.tf"
      - "**/*.tfvars"
      - "**/terragrunt.hcl"
      - "**/{infra,infrastructure,terraform,k8s,kubernetes,helm}/**"
      - .github/workflows/**
      - .gitlab-ci.yml
      - "**/Dockerfile"
    when: provenance.level >= suggestion
    require: {humans: 1, level: L5}

  - id: deciding-files
    description: Files that decide who must sign and what runs on the way
    paths: [countersign.yml, ".countersign/**", "**/CODEOWNERS", ".githooks/**", ".husky/**"]
    require: {humans: 1, level: L7}

# What the rules are meant to do, asked by: countersign policy test
tests:
  - name: infrastructure takes somebody at L5 or above, found dangerous or not
    people: [{id: new, level: L4}, {id: kim, level: L5}, {id: lee, level: L6}, {id: mo, level: L7}]
    lane: {sampled: 50, escapes: 0}
    change: {paths: [infra/notes.txt], author: lee}
    expect: {result: pending, missing: [{rule: infrastructure, humans: 1, any_of: [kim, mo]}]}

  - name: who owns what is decided by the top of the ladder
    people: [{id: new, level: L4}, {id: kim, level: L5}, {id: lee, level: L6}, {id: mo, level: L7}]
    lane: {sampled: 50, escapes: 0}
    change: {paths: [CODEOWNERS], author: lee}
    expect: {result: pending, missing: [{rule: deciding-files, humans: 1, any_of: [mo]}]}

  - name: a newcomer does not judge what was found
    people: [{id: new, level: L4}, {id: kim, level: L5}, {id: lee, level: L6}, {id: mo, level: L7}]
    lane: {sampled: 50, escapes: 0}
    change: {paths: [src/a.ts], author: lee, risk: {tier: elevated}}
    expect: {result: pending, missing: [{rule: risky-change, humans: 1, any_of: [kim, mo]}]}
`;

/** A profile as a policy that stands alone, with the starter's ladder and refs: for asking what it would say. */
export const policyExtending = (profile: string): string =>
  ['version: 1', `extends: [profile:${profile}]`, 'ladder: [L4, L5, L6, L7]', 'senior: L6', 'protected: [refs/heads/main, refs/heads/master, "refs/heads/release/**"]', ''].join(
    '\n',
  );

/** What \`countersign init\` writes beside it. */
export const STARTER_ROSTER = `# Who may sign, and whose hand is behind which address and account. Bots and agents never fill a seat.

version: 1

people:
  - id: mara
    name: Mara Example
    level: L7
    teams: [platform]
    domains: [infra, databases]
    emails: [mara@example.com]
    accounts: [mara]

# Who answers for an agent: that person may not sign what it made.
# agents:
#   - id: coding-agent
#     owner: mara
#     emails: [agent@example.com]
#     accounts: [coding-agent]
agents: []
`;
