//! A workbook: a file as it is when it begins with `PK`, else its parts (cells of the first sheet, shared texts,
//! properties, styles) with lines `---` between them, zipped here so that checksums hold.

use super::{every_row_accounted, parts};
use crm_mining::prepare::ExcelReader;

const NS: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";

pub fn run(data: &[u8]) {
    let reader = ExcelReader::default().max_bytes(1 << 20).max_cells(1 << 14).max_strings(1 << 10);
    let raw = match data.starts_with(b"PK") {
        true => reader.read_bytes("t", data),
        false => {
            let text = String::from_utf8_lossy(data);
            let parts = parts(&text);
            let part = |at: usize| parts.get(at).copied().unwrap_or_default();
            reader.read_bytes("t", &workbook(part(0), part(1), part(2), part(3)))
        }
    };
    if let Ok(raw) = raw {
        // Blank rows of a sheet are no rows, but count in the numbers of the others.
        let rows = raw.report.rows;
        assert_eq!(rows, (raw.table.n_rows() + raw.rejected.len()) as u64);
        if (0..raw.table.n_rows()).all(|row| raw.table.row_number(row) <= rows) {
            every_row_accounted(&raw);
        }
    }
}

fn workbook(cells: &str, texts: &str, properties: &str, styles: &str) -> Vec<u8> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let within = [
        relation("rId1", "worksheet", "worksheets/sheet1.xml"),
        relation("rId2", "sharedStrings", "sharedStrings.xml"),
        relation("rId3", "styles", "styles.xml"),
    ];
    let relations = |all: &str| format!("<Relationships {PACKAGE}>{all}</Relationships>");
    let sheets = "<sheets><sheet name=\"One\" sheetId=\"1\" r:id=\"rId1\"/></sheets>";
    zip(&[
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".into(),
        ),
        ("_rels/.rels", relations(&relation("rId1", "officeDocument", "xl/workbook.xml"))),
        ("xl/workbook.xml", format!("<workbook {NS}>{properties}{sheets}</workbook>")),
        ("xl/_rels/workbook.xml.rels", relations(&within.concat())),
        ("xl/sharedStrings.xml", format!("<sst {NS}>{texts}</sst>")),
        ("xl/styles.xml", format!("<styleSheet {NS}>{styles}</styleSheet>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet {NS}><sheetData>{cells}</sheetData></worksheet>")),
    ])
}

/// A zip file of these parts, as they are.
fn zip(parts: &[(&str, String)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let (offset, size) = (file.len() as u32, text.len() as u32);
        // Version, flags, method, time, date, checksum, sizes, length of the name and of the rest.
        let mut head = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        head.extend(crc.sum().to_le_bytes());
        head.extend(size.to_le_bytes());
        head.extend(size.to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend([(parts.len() as u16).to_le_bytes(); 2].concat());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}
