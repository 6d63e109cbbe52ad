/** Resource types of CloudFormation that hold state, attributes that make them anew, and properties that guard them. Data, by version: a list that changes gets a new one. */

export const CLOUDFORMATION_TYPES_VERSION = 1;

/** Loss of one of these is loss of data, keys or an identity that cannot be made again. */
const STATEFUL = new Set(
  `RDS::DBInstance RDS::DBCluster RDS::GlobalCluster DocDB::DBCluster DocDB::DBInstance Neptune::DBCluster Neptune::DBInstance DynamoDB::Table DynamoDB::GlobalTable EFS::FileSystem
  FSx::FileSystem FSx::Volume EC2::Volume ElastiCache::CacheCluster ElastiCache::ReplicationGroup ElastiCache::ServerlessCache MemoryDB::Cluster OpenSearchService::Domain
  Elasticsearch::Domain OpenSearchServerless::Collection Redshift::Cluster RedshiftServerless::Namespace Kinesis::Stream KinesisFirehose::DeliveryStream MSK::Cluster MSK::ServerlessCluster
  AmazonMQ::Broker KMS::Key KMS::ReplicaKey S3::Bucket S3Express::DirectoryBucket S3Tables::TableBucket SQS::Queue SecretsManager::Secret SSM::Parameter Cognito::UserPool
  Cognito::IdentityPool Logs::LogGroup Backup::BackupVault Organizations::Account Route53::HostedZone ECR::Repository ECR::PublicRepository EKS::Cluster Timestream::Database
  Timestream::Table QLDB::Ledger Cassandra::Keyspace Cassandra::Table Glue::Database Glue::Table CodeCommit::Repository ACMPCA::CertificateAuthority EC2::EIP
  DirectoryService::MicrosoftAD DirectoryService::SimpleAD Lightsail::Database Lightsail::Disk WorkSpaces::Workspace SDB::Domain DAX::Cluster DMS::ReplicationInstance
  Serverless::SimpleTable`
    .split(/\s+/)
    .map((name) => `AWS::${name}`),
);

export const isStatefulType = (type: string): boolean => STATEFUL.has(type);

/** Properties whose change makes the object anew ("Update requires: Replacement" in the resource's documentation). */
const REPLACED_BY: { readonly [type: string]: readonly string[] } = {
  'AWS::RDS::DBInstance': [
    'DBInstanceIdentifier',
    'DBName',
    'DBSubnetGroupName',
    'Engine',
    'KmsKeyId',
    'MasterUsername',
    'StorageEncrypted',
    'AvailabilityZone',
    'CharacterSetName',
    'Timezone',
  ],
  'AWS::RDS::DBCluster': ['DBClusterIdentifier', 'DatabaseName', 'DBSubnetGroupName', 'EngineMode', 'KmsKeyId', 'MasterUsername', 'StorageEncrypted', 'AvailabilityZones'],
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema'],
  'AWS::DynamoDB::GlobalTable': ['TableName', 'KeySchema'],
  'AWS::S3::Bucket': ['BucketName'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::SecretsManager::Secret': ['Name'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::EFS::FileSystem': ['Encrypted', 'KmsKeyId', 'PerformanceMode', 'AvailabilityZoneName'],
  'AWS::EC2::Volume': ['Encrypted', 'KmsKeyId', 'SnapshotId'],
  'AWS::ElastiCache::ReplicationGroup': ['ReplicationGroupId', 'CacheSubnetGroupName', 'AtRestEncryptionEnabled', 'KmsKeyId', 'Port'],
  'AWS::ElastiCache::CacheCluster': ['ClusterName', 'Engine', 'CacheSubnetGroupName', 'Port'],
  'AWS::OpenSearchService::Domain': ['DomainName'],
  'AWS::Elasticsearch::Domain': ['DomainName'],
  'AWS::Kinesis::Stream': ['Name'],
  'AWS::Cognito::UserPool': ['AliasAttributes', 'UsernameAttributes', 'UsernameConfiguration'],
  'AWS::ECR::Repository': ['RepositoryName', 'EncryptionConfiguration'],
  'AWS::EKS::Cluster': ['Name', 'RoleArn', 'EncryptionConfig'],
  'AWS::Route53::HostedZone': ['Name'],
  'AWS::Redshift::Cluster': ['ClusterIdentifier', 'ClusterSubnetGroupName', 'DBName', 'MasterUsername', 'KmsKeyId'],
};

export const replacedBy = (type: string): readonly string[] => REPLACED_BY[type] ?? [];

/** Paths below `Properties`: safe while true, and safe while false. */
export const GUARDS_ON: readonly (readonly string[])[] = [
  ['DeletionProtection'],
  ['DeletionProtectionEnabled'],
  ['DisableApiTermination'],
  ['StorageEncrypted'],
  ['MultiAZ'],
  ['EnableKeyRotation'],
  ['PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled'],
  ['PublicAccessBlockConfiguration', 'BlockPublicAcls'],
  ['PublicAccessBlockConfiguration', 'BlockPublicPolicy'],
  ['PublicAccessBlockConfiguration', 'IgnorePublicAcls'],
  ['PublicAccessBlockConfiguration', 'RestrictPublicBuckets'],
];
export const GUARDS_OFF: readonly (readonly string[])[] = [['PubliclyAccessible'], ['DeleteAutomatedBackups'], ['EmptyOnDelete']];
