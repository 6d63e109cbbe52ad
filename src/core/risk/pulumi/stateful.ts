/** Resource types of Pulumi that hold state. Data, by version: a list that changes gets a new one. */

export const PULUMI_TYPES_VERSION = 1;

/**
 * `package:module:Name`, without version and file: `aws:rds/instance:Instance` and `azure-native:sql/v20211101:Server` stand
 * here as `aws:rds:Instance` and `azure-native:sql:Server`. In lower case.
 */
const STATEFUL = new Set(
  `aws:rds:Instance aws:rds:Cluster aws:rds:ClusterInstance aws:rds:GlobalCluster aws:docdb:Cluster aws:docdb:ClusterInstance aws:neptune:Cluster aws:neptune:ClusterInstance
  aws:dynamodb:Table aws:dynamodb:GlobalTable aws:efs:FileSystem aws:fsx:LustreFileSystem aws:fsx:OntapFileSystem aws:fsx:OpenZfsFileSystem aws:fsx:WindowsFileSystem aws:ebs:Volume
  aws:elasticache:Cluster aws:elasticache:ReplicationGroup aws:elasticache:ServerlessCache aws:memorydb:Cluster aws:opensearch:Domain aws:elasticsearch:Domain aws:redshift:Cluster
  aws:kinesis:Stream aws:msk:Cluster aws:msk:ServerlessCluster aws:mq:Broker aws:kms:Key aws:s3:Bucket aws:s3:BucketV2 aws:s3:BucketObject aws:sqs:Queue aws:secretsmanager:Secret
  aws:secretsmanager:SecretVersion aws:ssm:Parameter aws:cognito:UserPool aws:cognito:IdentityPool aws:cloudwatch:LogGroup aws:backup:Vault aws:organizations:Account aws:route53:Zone
  aws:ecr:Repository aws:eks:Cluster aws:timestreamwrite:Table aws:qldb:Ledger aws:keyspaces:Table aws:acmpca:CertificateAuthority aws:ec2:Eip eks:index:Cluster
  aws-native:rds:DbInstance aws-native:rds:DbCluster aws-native:dynamodb:Table aws-native:s3:Bucket aws-native:efs:FileSystem aws-native:kms:Key aws-native:sqs:Queue aws-native:secretsmanager:Secret
  aws-native:logs:LogGroup aws-native:ecr:Repository aws-native:eks:Cluster aws-native:route53:HostedZone aws-native:cognito:UserPool aws-native:elasticache:ReplicationGroup aws-native:kinesis:Stream
  gcp:sql:DatabaseInstance gcp:sql:Database gcp:spanner:Instance gcp:spanner:Database gcp:bigtable:Instance gcp:bigtable:Table gcp:bigquery:Dataset gcp:bigquery:Table gcp:storage:Bucket
  gcp:compute:Disk gcp:compute:RegionDisk gcp:compute:Snapshot gcp:filestore:Instance gcp:redis:Instance gcp:redis:Cluster gcp:memcache:Instance gcp:pubsub:Topic gcp:pubsub:Subscription gcp:kms:KeyRing
  gcp:kms:CryptoKey gcp:secretmanager:Secret gcp:container:Cluster gcp:artifactregistry:Repository gcp:dns:ManagedZone gcp:firestore:Database gcp:alloydb:Cluster gcp:alloydb:Instance gcp:organizations:Project
  azure-native:sql:Server azure-native:sql:Database azure-native:dbforpostgresql:Server azure-native:dbforpostgresql:Database azure-native:dbformysql:Server azure-native:documentdb:DatabaseAccount
  azure-native:cosmosdb:DatabaseAccount azure-native:storage:StorageAccount azure-native:storage:BlobContainer azure-native:storage:FileShare azure-native:compute:Disk azure-native:cache:Redis azure-native:eventhub:EventHub
  azure-native:eventhub:Namespace azure-native:servicebus:Queue azure-native:servicebus:Topic azure-native:keyvault:Vault azure-native:keyvault:Key azure-native:keyvault:Secret
  azure-native:containerservice:ManagedCluster azure-native:containerregistry:Registry azure-native:network:Zone azure-native:network:PrivateZone azure-native:dns:Zone azure-native:recoveryservices:Vault
  azure-native:operationalinsights:Workspace azure-native:resources:ResourceGroup
  kubernetes:core:Namespace kubernetes:core:PersistentVolumeClaim kubernetes:core:PersistentVolume kubernetes:core:Secret kubernetes:apps:StatefulSet kubernetes:apiextensions.k8s.io:CustomResourceDefinition
  random:index:RandomPassword random:index:RandomId random:index:RandomUuid random:index:RandomString tls:index:PrivateKey
  cloudflare:index:Zone cloudflare:index:R2Bucket digitalocean:index:DatabaseCluster digitalocean:index:Volume digitalocean:index:SpacesBucket digitalocean:index:KubernetesCluster hcloud:index:Volume
  mongodbatlas:index:Cluster mongodbatlas:index:AdvancedCluster snowflake:index:Database snowflake:index:Schema snowflake:index:Table confluentcloud:index:KafkaCluster confluentcloud:index:KafkaTopic
  postgresql:index:Database mysql:index:Database vault:index:Mount`
    .toLowerCase()
    .split(/\s+/),
);

/** `aws:rds/instance:Instance` to `aws:rds:instance`. */
function plain(type: string): string {
  const [pack = '', module = '', name = ''] = type.toLowerCase().split(':');
  return `${pack}:${module.replace(/\/.*$/, '') || 'index'}:${name}`;
}

export const isStatefulResource = (type: string): boolean => STATEFUL.has(plain(type));
