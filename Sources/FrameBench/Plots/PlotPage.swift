/// One page with the figures of some reports: no scripts, and no external resources.
public enum PlotPage {
  public static func html(_ reports: [PlotReport]) -> String {
    let sections = reports.map(section).joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>FrameFeed report</title>
      <style>
      body{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;margin:0 auto;max-width:900px;padding:24px 20px;background:#fff;color:#1c1e21;line-height:1.45}
      h1{font-size:24px;margin:0 0 8px}h2{font-size:19px;margin:40px 0 6px}
      figure{margin:22px 0}figcaption{color:#5f6670;font-size:13px;margin-top:2px}
      svg{width:100%;height:auto;display:block}
      ul{color:#5f6670;font-size:13px;padding-left:18px;margin:6px 0}
      pre{overflow-x:auto;font-size:12px;padding:10px;background:#f4f5f7;border-radius:6px}
      summary{cursor:pointer;font-size:13px}
      @media (prefers-color-scheme:dark){body{background:#16181c;color:#e8eaed}figcaption,ul{color:#9aa3ad}pre{background:#20242a}}
      \(PlotStyle.rules)
      </style>
      </head>
      <body>
      <h1>FrameFeed report</h1>
      \(sections)
      </body>
      </html>

      """
  }

  private static func section(_ report: PlotReport) -> String {
    let heading = report.heading
    let facts = heading.facts.map { "<li>\(SVG.escaped($0))</li>" }.joined()
    let figures = report.figures.map { figure in
      "<figure id=\"\(figure.name)\">\n\(figure.inline)\n<figcaption>\(SVG.escaped(figure.caption))</figcaption>\n</figure>"
    }.joined(separator: "\n")
    return """
      <section>
      <h2>\(SVG.escaped(heading.title))</h2>
      <details><summary>host, versions and notes</summary><ul>\(facts)</ul></details>
      \(figures)
      <details><summary>the numbers</summary><pre>\(SVG.escaped(heading.table))</pre></details>
      </section>
      """
  }
}
