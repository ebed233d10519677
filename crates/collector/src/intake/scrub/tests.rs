use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;

fn cleaned(raw: &str) -> String {
    comment(raw).unwrap_or_default()
}

#[test]
fn numbers_of_people_are_masked_and_others_stay() {
    for (raw, kept) in [
        ("Gọi tôi 0912345678 nhé", "Gọi tôi *** nhé"),
        ("Gọi 0912 345 678.", "Gọi ***."),
        ("+84 912-345-678", "+***"),
        ("CCCD 046 099 001 234", "CCCD ***"),
        ("CMND 190123456", "CMND ***"),
        (
            "chờ 3 lần, 15 ngày, năm 2026",
            "chờ 3 lần, 15 ngày, năm 2026",
        ),
        ("ngày 12.05.2026 lúc 10:30", "ngày 12.05.2026 lúc 10:30"),
        ("phí 150.000 đồng", "phí 150.000 đồng"),
        ("  dòng 1\n\u{7}dòng 2 ", "dòng 1\ndòng 2"),
    ] {
        assert_eq!(cleaned(raw), kept, "{raw}");
        assert_eq!(register(raw).as_deref(), Some(kept), "{raw}");
    }
}

#[test]
fn numbers_are_found_however_they_are_typed() {
    for (raw, kept) in [
        ("gọi (091) 234 - 56_78", "gọi (***"),
        ("gọi 09\u{200b}1234\u{feff}5678", "gọi ***"),
        ("gọi ０９１２３４５６７８", "gọi ***"),
        ("STK 123456 ngân hàng", "STK *** ngân hàng"),
        ("số tài khoản: 00112233", "số tài khoản: ***"),
        ("Hồ sơ số 0583 chờ lâu", "Hồ sơ số *** chờ lâu"),
        ("quầy số 3, phòng 1204", "quầy số 3, phòng 1204"),
    ] {
        assert_eq!(cleaned(raw), kept, "{raw}");
    }
}

#[test]
fn dossier_codes_and_addresses_are_masked() {
    for (raw, kept) in [
        ("Mã H57.132-260804-0583.", "Mã ***."),
        ("hồ sơ h57.132-260804-0583 trễ", "hồ sơ *** trễ"),
        ("000.00.19.H08-200929-0001, nhờ xem", "***, nhờ xem"),
        ("H57.132 - 260804 - 0583 bị trễ", "*** bị trễ"),
        ("thủ tục 1.011441 khó", "thủ tục 1.011441 khó"),
        ("thư về lan.nguyen@gmail.com.", "thư về ***."),
        ("viết cho a_b+c@so-noi-vu.vn nhé", "viết cho *** nhé"),
        ("5 phút @ quầy 3", "5 phút @ quầy 3"),
    ] {
        assert_eq!(cleaned(raw), kept, "{raw}");
    }
}

#[test]
fn names_after_a_form_of_address_are_masked() {
    for (raw, kept) in [
        ("chị Lan ơi", "chị *** ơi"),
        ("ÔNG NGUYỄN VĂN A", "ÔNG ***"),
        (
            "TÔI GẶP ÔNG NGUYỄN VĂN A Ở QUẦY 3",
            "TÔI GẶP ÔNG *** Ở QUẦY 3",
        ),
        ("Cảm ơn cô Trần Thị Ngọc Ánh.", "Cảm ơn cô ***."),
        ("Ông/Bà Nguyễn Văn A", "Ông/Bà ***"),
        ("Ông: Lê Văn Tám quát", "Ông: *** quát"),
        ("anh Nguyễn V.A hẹn", "anh *** hẹn"),
        ("đồng chí Hùng", "đồng chí ***"),
        ("đ/c Hùng", "đ/c ***"),
        ("chi Lan va anh Tuan", "chi *** va anh ***"),
        ("bà Triệu Thị Lan", "bà ***"),
        ("chị Anh", "chị ***"),
        ("bà Triệu quát tôi", "bà *** quát tôi"),
        ("Bà Triệu quát tôi", "Bà *** quát tôi"),
    ] {
        assert_eq!(cleaned(raw), kept, "{raw}");
    }
}

#[test]
fn a_name_that_is_a_word_too_is_masked_and_a_word_in_capitals_ends_a_name() {
    for (raw, kept) in [
        ("ông Nguyễn Văn Được", "ông ***"),
        ("anh Cần hẹn tôi", "anh *** hẹn tôi"),
        ("chị Hướng rất nhiệt tình", "chị *** rất nhiệt tình"),
        ("chị Trần Thị Mời ở quầy 3", "chị *** ở quầy 3"),
        ("anh cần giấy gì", "anh cần giấy gì"),
        ("tôi gặp ÔNG LÊ VĂN ĐƯỢC ở quầy", "tôi gặp ÔNG *** ở quầy"),
        ("ÔNG LÊ VĂN ĐƯỢC Ở QUẦY", "ÔNG *** Ở QUẦY"),
        ("ANH CẦN GIẤY GÌ", "ANH CẦN GIẤY GÌ"),
        ("CẢM ƠN CHỊ LAN ĐÃ HƯỚNG DẪN", "CẢM ƠN CHỊ *** ĐÃ HƯỚNG DẪN"),
        ("GẶP ANH CẦN", "GẶP ANH ***"),
    ] {
        assert_eq!(cleaned(raw), kept, "{raw}");
    }
}

#[test]
fn long_names_are_masked_whole() {
    for (raw, kept) in [
        ("bà Tôn Nữ Thị Minh Hòa hẹn", "bà *** hẹn"),
        ("cô Công Tằng Tôn Nữ Thị Lan.", "cô ***."),
    ] {
        assert_eq!(cleaned(raw), kept, "{raw}");
    }
}

#[test]
fn what_is_no_name_stays() {
    for raw in [
        "Ông/Bà cho biết",
        "ông bà chờ lâu",
        "ÔNG BÀ CHO BIẾT",
        "Anh Chị rất nhiệt tình",
        "Các anh chị rất tốt. Cảm ơn!",
        "chào anh\nTôi chờ lâu",
        "ở Bà Rịa",
        "đặc khu Cô Tô",
        "đường Hai Bà Trưng",
        "số 5 phố Bà Triệu",
        "núi Bà Đen",
        "Nhanh Lên",
        "cán bộ một cửa, Ủy ban nhân dân phường",
        "EM KHÔNG HÀI LÒNG",
    ] {
        assert_eq!(cleaned(raw), raw);
    }
    assert_eq!(
        register("Trung tâm Bà Rịa, ông Nguyễn Văn A").as_deref(),
        Some("Trung tâm Bà Rịa, ông Nguyễn Văn A"),
        "names of registers are not people's"
    );
}

#[test]
fn nothing_but_space_is_no_comment() {
    assert_eq!(comment(" \n\u{0} "), None);
}

#[test]
fn words_come_out_composed() {
    assert_eq!(cleaned("Ha\u{300}i lo\u{300}ng"), "Hài lòng");
}

fn address() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "ông", "bà", "anh", "chị", "cô", "chú", "em", "bác", "Ông", "Bà", "Anh", "Chị", "Cô",
        "Chú", "Em", "Bác",
    ])
}

/// Up to six words; no name ends with a middle name.
fn name() -> impl Strategy<Value = Vec<&'static str>> {
    const LAST: [&str; 16] = [
        "Nguyễn", "Trần", "Lê", "Lan", "Hùng", "Đức", "Ánh", "Ngọc", "A", "Ý", "Oanh", "Hoà",
        "Hòa", "Thuý", "Thúy", "Quỳnh",
    ];
    let word = prop::sample::select([&LAST[..], &["Văn", "Thị"]].concat());
    let before = prop::collection::vec(word, 0..=5);
    (before, prop::sample::select(LAST.to_vec()))
        .prop_map(|(before, last)| [before, vec![last]].concat())
}

/// Names that are words, too.
fn name_of_words() -> impl Strategy<Value = Vec<&'static str>> {
    let word = prop::sample::select(vec![
        "Nguyễn", "Văn", "Thị", "Được", "Cần", "Hướng", "Mời", "Tuy", "Theo", "Còn", "Về",
    ]);
    prop::collection::vec(word, 1..=6)
}

proptest! {
    #[test]
    fn no_identifying_run_is_left_and_scrubbing_again_changes_nothing(raw in "[0-9a-zđ .\\-\n]{0,60}") {
        let Some(once) = comment(&raw) else { return Ok(()) };
        prop_assert_eq!(comment(&once), Some(once.clone()));
        let longest = once.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
        prop_assert!(longest.unwrap_or(0) < 9, "{}", once);
    }

    /// Composed or not, in any case: the name goes and everything around it stays.
    #[test]
    fn a_name_goes_and_all_else_stays(
        address in address(),
        name in name(),
        upper in any::<bool>(),
        apart in any::<bool>(),
    ) {
        let said = |name: &str| {
            let text = format!("Tôi gặp {address} {name} ở quầy");
            if upper { text.to_uppercase() } else { text }
        };
        let raw = said(&name.join(" "));
        let raw = if apart { raw.nfd().collect() } else { raw };
        prop_assert_eq!(cleaned(&raw), said("***"));
    }

    #[test]
    fn a_name_of_words_goes_where_not_all_is_in_capitals(address in address(), name in name_of_words()) {
        let said = |name: &str| format!("Tôi gặp {address} {name} ở quầy");
        prop_assert_eq!(cleaned(&said(&name.join(" "))), said("***"));
    }

    #[test]
    fn addresses_go(local in "[a-z][a-z0-9._+]{0,12}", host in "[a-z]{1,8}(\\.[a-z]{2,4}){1,2}") {
        let kept = cleaned(&format!("viết cho {local}@{host}, cảm ơn"));
        prop_assert_eq!(kept, "viết cho ***, cảm ơn");
    }

    /// Whatever comes in: no panic, and what has been cleaned stays as it is.
    #[test]
    fn cleaning_is_done_at_once(raw in any::<String>()) {
        if let Some(once) = comment(&raw) {
            prop_assert_eq!(comment(&once), Some(once.clone()));
        }
    }

    #[test]
    fn cleaning_of_vietnamese_is_done_at_once(raw in "([ôÔ]ng|[bB]à|ÔNG|CHỊ|Lan|LAN|VĂN|[cC]ần|CẦN|ĐÃ|[đĐ]en|[nN]úi|A|@|\\.|-|:|/|hồ sơ|tk|H57|[0-9]{1,7}| |\n){0,24}") {
        if let Some(once) = comment(&raw) {
            prop_assert_eq!(comment(&once), Some(once.clone()));
        }
    }
}
