//! Something to drag: a small window that offers the file named by its argument, as a file manager does. The story of dropped
//! files drags from it.

use gtk::{gdk, prelude::*};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    gtk::init()?;
    let path = std::env::args().nth(1).ok_or("the file to offer is missing")?;
    let file = format!("file://{path}");
    let area = gtk::EventBox::new();
    area.drag_source_set(gdk::ModifierType::BUTTON1_MASK, &[], gdk::DragAction::COPY);
    area.drag_source_add_uri_targets();
    area.connect_drag_data_get(move |_, _, data, _, _| {
        data.set_uris(&[&file]);
    });
    let window = gtk::Window::new(gtk::WindowType::Toplevel);
    window.set_title("Drag me");
    window.set_default_size(160, 160);
    window.add(&area);
    window.connect_delete_event(|_, _| {
        gtk::main_quit();
        gtk::glib::Propagation::Proceed
    });
    window.show_all();
    gtk::main();
    Ok(())
}
