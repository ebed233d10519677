// One survey for every page: a five-point rating, then five factors of four five-point items, then thanks.
export const scale = ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"];

export const first = "Ông/Bà hài lòng thế nào với lần giao dịch vừa rồi?";

export const factors = [
  [
    "Tiếp cận dịch vụ",
    ["Trụ sở dễ tìm, biển chỉ dẫn rõ", "Nơi ngồi chờ đủ chỗ", "Trang thiết bị đầy đủ, hiện đại", "Dễ nộp hồ sơ qua mạng"],
  ],
  [
    "Thủ tục hành chính",
    [
      "Thủ tục được niêm yết công khai",
      "Thành phần hồ sơ đúng quy định",
      "Phí, lệ phí đúng quy định",
      "Thời hạn giải quyết đúng quy định",
    ],
  ],
  [
    "Công chức trực tiếp giải quyết",
    ["Thái độ lịch sự, đúng mực", "Lắng nghe ý kiến", "Hướng dẫn hồ sơ tận tình", "Giải thích dễ hiểu, đầy đủ"],
  ],
  [
    "Kết quả dịch vụ",
    [
      "Kết quả đúng hẹn",
      "Kết quả đúng quy định",
      "Thông tin trên kết quả đầy đủ",
      "Thông tin trên kết quả chính xác",
    ],
  ],
  [
    "Tiếp nhận, xử lý phản ánh",
    ["Bố trí hình thức góp ý", "Dễ dàng góp ý", "Xử lý góp ý tích cực", "Thông báo kết quả xử lý kịp thời"],
  ],
];

/** Every question on its own, for products that ask one at a time. */
export const questions = [first, ...factors.flatMap(([factor, items]) => items.map((item) => `${factor}: ${item}`))];
