//! Roles of the cloud, whose credentials a metadata service gives to any process: what the
//! firmware and cloud-init say of the machine, and which variables processes were started with.
//! Sends no request, so that whether a machine has a role stays unknown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::model::broker::{Broker, BrokerKind, Gives, Serves};
use crate::model::host::HostFiles;
use crate::model::principal::Process;
use crate::model::time::Moment;

/// Variables that name an endpoint or a token of a role, and whose role it is. Their values
/// are not kept.
pub const VARIABLES: &[(&str, &str)] = &[
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "identity of a GitHub Actions job"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "role of an AWS container"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "role of an AWS container"),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS role of a Kubernetes service account"),
    ("AZURE_FEDERATED_TOKEN_FILE", "Azure identity of a Kubernetes service account"),
    ("IDENTITY_ENDPOINT", "managed identity of an Azure app"),
    ("MSI_ENDPOINT", "managed identity of an Azure app"),
];

const FIRMWARE: &str = "/sys/class/dmi/id";
/// What the firmware says of itself: a file, how it begins, and whose machine that is.
const MACHINES: &[(&str, &str, Cloud)] = &[
    ("sys_vendor", "Amazon EC2", EC2),
    ("bios_vendor", "Amazon EC2", EC2),
    ("product_name", "Google Compute Engine", GCE),
    ("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", AZURE),
    ("chassis_asset_tag", "OracleCloud.com", ORACLE),
    ("sys_vendor", "Alibaba Cloud", ALIBABA),
    ("sys_vendor", "Tencent Cloud", TENCENT),
    ("sys_vendor", "DigitalOcean", DIGITAL_OCEAN),
    ("sys_vendor", "Hetzner", HETZNER),
    ("product_name", "OpenStack", OPEN_STACK),
];
/// Older machines of EC2.
const HYPERVISOR: &str = "/sys/hypervisor/uuid";

/// The machine as cloud-init set it up: a link to a folder of just this machine.
const INSTANCE: &str = "/var/lib/cloud/instance";
/// What its `datasource` begins with.
const SOURCES: &[(&str, Cloud)] = &[
    ("DataSourceEc2", EC2),
    ("DataSourceGCE", GCE),
    ("DataSourceAzure", AZURE),
    ("DataSourceOracle", ORACLE),
    ("DataSourceAliYun", ALIBABA),
    ("DataSourceTencent", TENCENT),
    ("DataSourceDigitalOcean", DIGITAL_OCEAN),
    ("DataSourceHetzner", HETZNER),
    ("DataSourceOpenStack", OPEN_STACK),
];

/// A cloud: its name, and what its metadata service may give.
type Cloud = (&'static str, &'static str);

const EC2: Cloud = ("instance role of Amazon EC2", ROLE);
const GCE: Cloud = ("service account of Google Compute Engine", ROLE);
const AZURE: Cloud = ("managed identity of an Azure machine", ROLE);
const ORACLE: Cloud = ("instance principal of Oracle Cloud", ROLE);
const ALIBABA: Cloud = ("RAM role of Alibaba Cloud", ROLE);
const TENCENT: Cloud = ("CAM role of Tencent Cloud", ROLE);
const DIGITAL_OCEAN: Cloud = ("metadata of DigitalOcean", USER_DATA);
const HETZNER: Cloud = ("metadata of Hetzner Cloud", USER_DATA);
const OPEN_STACK: Cloud = ("metadata of OpenStack", USER_DATA);

const ROLE: &str = "whether the machine has one is not known; nobody asked";
const USER_DATA: &str = "whether secrets stand in its user data is not known; nobody asked";

const FILE_BYTES_MAX: u64 = 4096;

/// The role of the machine, and those of processes.
pub fn cloud_roles(files: &dyn HostFiles, processes: &[Process]) -> Vec<Broker> {
    of_machine(files, processes).into_iter().chain(of_processes(processes)).collect()
}

fn of_machine(files: &dyn HostFiles, processes: &[Process]) -> Option<Broker> {
    let ((what, doubt), path) = by_firmware(files).or_else(|| by_cloud_init(files))?;
    // The folder that cloud-init made for this machine is as old as the machine; else it is
    // known to be one since something runs on it.
    let folder = files.inode(Path::new(INSTANCE)).ok();
    let made = folder.map(|inode| inode.times.born.unwrap_or(inode.times.changed));
    let booted = processes.iter().filter_map(|process| process.started).min();
    Some(Broker {
        kind: BrokerKind::CloudRole,
        path,
        serves: Serves::Everybody,
        gives: Gives::Secret,
        what: what.to_owned(),
        since: made.into_iter().chain(booted).min(),
        doubt: Some(doubt.to_owned()),
    })
}

fn by_firmware(files: &dyn HostFiles) -> Option<(Cloud, PathBuf)> {
    let says = |path: &Path, start: &str| {
        files.read(path, FILE_BYTES_MAX).is_ok_and(|bytes| bytes.starts_with(start.as_bytes()))
    };
    let machines = MACHINES
        .iter()
        .map(|(name, start, cloud)| (Path::new(FIRMWARE).join(name), *start, *cloud));
    let old = (PathBuf::from(HYPERVISOR), "ec2", EC2);
    let (path, _, cloud) = machines.chain([old]).find(|(path, start, _)| says(path, start))?;
    Some((cloud, path))
}

fn by_cloud_init(files: &dyn HostFiles) -> Option<(Cloud, PathBuf)> {
    let path = Path::new(INSTANCE).join("datasource");
    let bytes = files.read(&path, FILE_BYTES_MAX).ok()?;
    let (_, cloud) = SOURCES.iter().find(|(start, _)| bytes.starts_with(start.as_bytes()))?;
    Some((*cloud, path))
}

/// One for each user and role, since the first process that was started with it.
fn of_processes(processes: &[Process]) -> Vec<Broker> {
    let mut found: BTreeMap<(u32, &str), (Option<Moment>, u32)> = BTreeMap::new();
    for process in processes {
        for (_, what) in
            VARIABLES.iter().filter(|(name, _)| process.variables.iter().any(|it| it == name))
        {
            let first = found.entry((process.uid, what)).or_insert((process.started, process.pid));
            *first = (*first).min((process.started, process.pid));
        }
    }
    let broker = |((uid, what), (since, pid)): ((u32, &str), (Option<Moment>, u32))| Broker {
        kind: BrokerKind::CloudRole,
        path: format!("/proc/{pid}/environ").into(),
        serves: Serves::User(uid),
        gives: Gives::Secret,
        what: what.to_owned(),
        since,
        doubt: None,
    };
    found.into_iter().map(broker).collect()
}
