package report
import ("testing";"os";"bytes";"encoding/json";"strings";"gameday/experiments")
func TestZZ(t *testing.T){ all:=runs()
 for _,d:=range []string{"3cd75844","793d0513","c2f916d1","9409a4f5"} { raw,_:=os.ReadFile("/tmp/html/runs/runs/20260105-090000-"+d+"/events.jsonl"); var rs []experiments.Record; for _,l:=range strings.Split(strings.TrimSpace(string(raw)),"\n"){ var r experiments.Record; if err:=json.Unmarshal([]byte(l),&r);err!=nil{t.Fatal(err)}; rs=append(rs,r)}; all[d]=rs}
 for n,r:=range all{ var b bytes.Buffer; if err:=HTML(&b,r);err!=nil{t.Fatal(err)}; os.WriteFile("/tmp/html/"+n+".html",b.Bytes(),0o644)}}
