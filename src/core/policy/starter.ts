/** The built-in starter profile: what `countersign init` writes, and what `check` answers by where there is no policy. */

export const STARTER_POLICY = `# What a change needs before it may land on a protected ref.
# It is read from the tip of the target ref, never from the change that is judged.
# Check it with: countersign check

version: 1

# Levels of people, lowest first, and the level from which people count as senior.
ladder: [L4, L5, L6, L7]
senior: L6

# Refs this policy guards, as full names.
protected:
  - refs/heads/main
  - refs/heads/master
  - refs/heads/release/**

# The running things you operate. Criticality 1 is the highest: one tier is added to what is found there.
# systems:
#   - id: payments
#     name: Payments
#     criticality: 1
#     paths: [services/payments/**]
#     owners: [payments]
#     dependents: []
#     invariants: [A payment is never captured twice.]

# A change that says nothing about AI counts as assisted where something was found or a system of criticality 1 or 2 is
# touched, and as a suggestion elsewhere. Saying "Assisted-by: none" changes nothing.
provenance:
  unattributed: default

# A submodule pointer brings in content nobody reviewed here.
submodules: refuse

# A Git LFS pointer stands for content that is not in the repository, so nobody sees it here.
large_files: refuse

# Every changed path must fall under a rule that applies; otherwise the change is refused.
# Where several rules apply, a stricter seat answers a weaker one, and otherwise each seat takes another person.
rules:
  - id: destructive-change
    description: Data or infrastructure would be destroyed
    paths: ["**"]
    when: risk.tier >= critical
    require: {humans: 1, level: L6}

  - id: risky-change
    description: Something dangerous was found
    paths: ["**"]
    when: risk.tier >= elevated
    require: {humans: 1, level: L5}

  - id: assisted-below-senior
    description: An AI had a hand in it and the author is not senior, so somebody senior to the author judges
    paths: ["**"]
    when: provenance.level >= assisted && !author.senior
    require: {humans: 1, senior_to: author}

  - id: assisted-in-critical-system
    description: An AI may have had a hand in a change to a system of criticality 1 or 2
    paths: ["**"]
    when: provenance.level >= assisted && system.criticality <= 2
    require: {humans: 1, level: L6}

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

  - id: everything-else
    description: Whatever no other rule holds back passes by itself
    paths: ["**"]
    optional: true
`;

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
