//! A panel, as desktops have one: programs register their tray item with it, and it shows their menus.

use std::{collections::HashMap, time::Duration};

use loopdesk_tests::desktop::Desktop;
use tokio::sync::watch;
use zbus::{
    Connection, Proxy,
    message::Header,
    object_server::SignalEmitter,
    zvariant::{OwnedObjectPath, OwnedValue, Value},
};

const PATIENCE: Duration = Duration::from_secs(20);

/// Who answers for an item, and under which path.
type Address = (String, String);

/// One entry of a menu: its number, its properties, its children.
type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

struct Watcher {
    registered: watch::Sender<Option<Address>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
        item: &str,
    ) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let path = if item.starts_with('/') { item } else { "/StatusNotifierItem" };
        self.registered.send_replace(Some((sender, path.to_owned())));
        let _ = Self::status_notifier_item_registered(&emitter, item).await;
    }

    fn register_status_notifier_host(&self, _host: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.registered.borrow().iter().map(|(name, path)| format!("{name}{path}")).collect()
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, item: &str) -> zbus::Result<()>;
}

/// The panel.
pub struct Panel {
    bus: Connection,
    registered: watch::Receiver<Option<Address>>,
}

impl Panel {
    /// Puts one on a desktop.
    pub async fn stands_on(desktop: &Desktop) -> Self {
        let (to, registered) = watch::channel(None);
        let bus = zbus::connection::Builder::address(desktop.bus())
            .and_then(|builder| builder.name("org.kde.StatusNotifierWatcher"))
            .and_then(|builder| builder.serve_at("/StatusNotifierWatcher", Watcher { registered: to }))
            .expect("a panel")
            .build()
            .await
            .expect("the session has no other panel");
        Self { bus, registered }
    }

    /// The item that registered itself.
    pub async fn item(&self) -> Item {
        let mut registered = self.registered.clone();
        let found = tokio::time::timeout(PATIENCE, registered.wait_for(Option::is_some)).await;
        let (name, path) = found.expect("an item in time").expect("an item").clone().expect("an item");
        let item = Proxy::new(&self.bus, name.clone(), path, "org.kde.StatusNotifierItem").await;
        let menu: OwnedObjectPath = item.expect("the item").get_property("Menu").await.expect("its menu");
        let menu = Proxy::new_owned(self.bus.clone(), name, menu, "com.canonical.dbusmenu").await;
        Item { menu: menu.expect("the menu") }
    }

    /// Waits until the item's program is gone from the bus.
    pub async fn is_left(&self) {
        let (name, _) = self.registered.borrow().clone().expect("an item");
        let bus = zbus::fdo::DBusProxy::new(&self.bus).await.expect("the bus");
        let gone = async {
            while bus.name_has_owner(name.as_str().try_into().expect("a name")).await.expect("an answer") {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.expect("the program ends");
    }
}

/// A tray item with a menu.
pub struct Item {
    menu: Proxy<'static>,
}

impl Item {
    /// The menu's lines with their numbers.
    async fn lines(&self) -> Vec<(i32, String)> {
        let (_, (_, _, children)): (u32, Entry) =
            self.menu.call("GetLayout", &(0, -1, Vec::<&str>::new())).await.expect("a layout");
        children
            .into_iter()
            .filter_map(|child| Entry::try_from(child).ok())
            .filter_map(|(id, mut properties, _)| {
                let label = properties.remove("label").and_then(|label| String::try_from(label).ok());
                Some((id, label?.replace('_', "")))
            })
            .collect()
    }

    async fn line(&self, text: &str) -> i32 {
        let found = async {
            loop {
                let lines = self.lines().await;
                if let Some((id, _)) = lines.iter().find(|(_, label)| label == text) {
                    return *id;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(id) => id,
            Err(_) => panic!("the menu never said {text:?}: {:?}", self.lines().await),
        }
    }

    /// Waits until the menu has a line.
    pub async fn menu_says(&self, text: &str) {
        self.line(text).await;
    }

    /// Clicks on a line of the menu.
    pub async fn chooses(&self, text: &str) {
        let id = self.line(text).await;
        let click = (id, "clicked", Value::from(""), 0_u32);
        self.menu.call::<_, _, ()>("Event", &click).await.expect("it is clicked");
    }
}
