// What an import took of a file, or would take: columns, ranges, checks against formulas, rows that were refused and why.
import { formatMetric, metricLabel } from "../parts/format";
import { Table } from "../parts/table";

export interface ImportReport {
  format: string;
  rows: number;
  taken: number;
  rejected: number;
  networks: number;
  repeated: number;
  columns: { column: string; is: string; suggestion?: string }[];
  metrics: Record<string, { values: number; networks: number; min: number; max: number; mean: number }>;
  checks: { column: string; metric: string; compared: number; equal: number; suggestion?: string }[];
  rejected_rows: { line: number; column: string; reason: string }[];
}

export function ReportView({ report }: { report: ImportReport }) {
  const measured = Object.entries(report.metrics).filter(([, range]) => range.values > 0);
  return (
    <div class="report" data-testid="report">
      <p>
        <strong>{report.taken.toLocaleString()}</strong> of {report.rows.toLocaleString()} rows, {report.networks.toLocaleString()} networks
        {report.repeated > 0 && `, ${report.repeated.toLocaleString()} of them measured more than once`}; read as {report.format}.
      </p>
      {measured.length > 0 && (
        <Table
          label="Ranges of the metrics"
          sortQuery="ranges"
          rows={measured}
          keyOf={([metric]) => metric}
          columns={[
            { key: "metric", label: "Metric", cell: ([metric]) => metricLabel(metric) },
            { key: "values", label: "Values", right: true, cell: ([, range]) => range.values.toLocaleString() },
            { key: "min", label: "Least", right: true, cell: ([metric, range]) => formatMetric(metric, range.min) },
            { key: "mean", label: "Mean", right: true, cell: ([metric, range]) => formatMetric(metric, range.mean) },
            { key: "max", label: "Greatest", right: true, cell: ([metric, range]) => formatMetric(metric, range.max) },
          ]}
        />
      )}
      <Table
        label="Columns of the file"
        sortQuery="columns"
        rows={report.columns}
        keyOf={({ column }) => column}
        columns={[
          { key: "column", label: "Column", cell: ({ column }) => <code>{column}</code> },
          { key: "is", label: "Is read as", cell: ({ is }) => <code>{is}</code> },
          {
            key: "check",
            label: "Checked",
            cell: ({ column, suggestion }) => {
              const check = report.checks.find((each) => each.column === column);
              const rule = suggestion ?? check?.suggestion;
              return (
                <>
                  {check && check.compared > 0 && `${check.equal} of ${check.compared} agree with the network's own count`}
                  {rule && (
                    <>
                      {" "}
                      perhaps <code>{rule}</code>
                    </>
                  )}
                </>
              );
            },
          },
        ]}
      />
      {report.rejected > 0 && (
        <>
          <h3>{report.rejected === 1 ? "One row is not taken" : `${report.rejected.toLocaleString()} rows are not taken`}</h3>
          <Table
            label="Rows that are not taken"
            sortQuery="rejected"
            atFirst={10}
            rows={report.rejected_rows}
            keyOf={({ line, column }) => `${line} ${column}`}
            columns={[
              { key: "line", label: "Line", right: true, cell: ({ line }) => line },
              { key: "column", label: "Column", cell: ({ column }) => <code>{column}</code> },
              { key: "reason", label: "Why", cell: ({ reason }) => <span class="wrap">{reason}</span> },
            ]}
          />
        </>
      )}
    </div>
  );
}
