//! The forms that come with the product.

/// File name and text of every shipped form, in the order in which they are offered. A further questionnaire is a
/// further file for [`load`](super::load); it needs no entry here.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    macro_rules! files {
        ($($file:literal),* $(,)?) => {
            &[$(($file, include_str!(concat!("../../forms/", $file)))),*]
        };
    }
    files![
        "one-stop-quick.v1.json",
        "three-level.v1.json",
        "one-stop-nine.v1.json",
        "hue-portal-12.v1.json",
        "sipas-services-2023.v1.json",
    ]
}
