//! The images of challenges as files, for people who look at them with a program of their own.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use mx_nexus::identity::Image;

/// Writes an image into a new file that only its owner can read, and says where.
pub(crate) fn save(image: &Image, directory: &Path) -> std::io::Result<PathBuf> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut number = 1_u32;
    loop {
        let name = format!(
            "nexus-question-{}-{number}.{}",
            std::process::id(),
            extension(image.media_type())
        );
        let path = directory.join(name);
        match options.open(&path) {
            Ok(mut file) => {
                file.write_all(image.bytes())?;
                return Ok(path);
            }
            // A file of an earlier question, or of somebody who guessed the name.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => {
                number += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" | "image/jpg" => "jpg",
        "image/gif" => "gif",
        "image/svg+xml" => "svg",
        "image/webp" => "webp",
        _ => "image",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_media_type_of_mx_cannot_name_a_place() {
        assert_eq!(extension("image/png"), "png");
        assert_eq!(extension("../../etc/passwd"), "image");
    }
}
