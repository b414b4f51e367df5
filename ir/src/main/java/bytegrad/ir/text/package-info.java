/**
 * Graphs as text: a printer, a parser, and a drawing for Graphviz.
 *
 * <p>A {@code .graph} file holds one statement a line, and every name is defined above its first use:
 *
 * <pre>{@code
 * graph
 * x: f32[64,784] = input "x"
 * %1: f32[784,10] = input "W 1"
 * scores: f32[64,10] = contract(x, %1) left_batch=[] right_batch=[] left_contract=[1] right_contract=[0]
 * %3: f32[] = constant 0.5
 * %4: f32[64,10] = broadcast(%3) axes=[]
 * %5: f32[64,10] = max(scores, %4)
 * output "y" = %5
 * }</pre>
 *
 * <pre>{@code
 * file      = { blank } "graph" eol { body } { [ statement ] eol } ;
 * body      = "body" "@" integer eol { [ statement ] eol } "end" eol ;   (* has names of its own; may use the bodies above *)
 * statement = node | output | update ;
 * node      = name ":" type "=" operation [ "hint=" hint ] [ "label" "=" string ] ;
 * output    = "output" string "=" name ;
 * update    = "update" string "=" name ;             (* the string names an input, whose next value follows *)
 *
 * operation = "input" string
 *           | "constant" ( element | "[" [ element { "," element } ] "]" )   (* one for all, or row-major *)
 *           | "iota" "axis=" integer
 *           | function operands                       (* add, max, select …: the lower-case names of ScalarFn *)
 *           | "cast" operands                         (* to the dtype of the line's type *)
 *           | ( "reduce_sum" | "reduce_product" | "reduce_max" | "reduce_min" ) operands "axes=" list
 *           | ( "argmax" | "argmin" ) operands "axis=" integer
 *           | "contract" operands "left_batch=" list "right_batch=" list "left_contract=" list "right_contract=" list
 *           | "gather" operands "axis=" integer "batch=" integer      (* the data, then tensors of indices *)
 *           | ( "scatter_set" | "scatter_add" | "scatter_mul" | "scatter_min" | "scatter_max" ) operands "axis=" integer "batch=" integer
 *                                                     (* the base, the updates, then tensors of indices *)
 *           | ( "cumulate_sum" | "cumulate_product" | "cumulate_max" | "cumulate_min" ) operands
 *             "axis=" integer "reverse=" truth "exclusive=" truth
 *           | "argsort" operands "axis=" integer "descending=" truth "count=" integer
 *           | "random" operands "site=" integer        (* of the line's type; the operand is the key *)
 *           | "concat" operands "axis=" integer
 *           | "reshape" operands                      (* to the shape of the line's type *)
 *           | "transpose" operands "axes=" list
 *           | "broadcast" operands "axes=" list       (* to the shape of the line's type *)
 *           | "slice" operands "starts=" list "limits=" list "strides=" list
 *           | "pad" operands "low=" list "high=" list "interior=" list "fill=" element
 *           | "window" operands "axes=" list "sizes=" list "strides=" list "dilations=" list
 *           | "overlap_add" operands "axes=" list "sizes=" list "strides=" list "dilations=" list   (* into the shape of the line's type *)
 *           | "flip" operands "axes=" list
 *           | "scan" [ operands ] "body=" ref "length=" integer "reverse=" ( "true" | "false" ) "carries=" integer "scanned=" integer "result=" integer
 *           | "cond" operands "then=" ref "otherwise=" ref "result=" integer
 *           | "while" [ operands ] "condition=" ref "body=" ref "limit=" integer "carries=" integer "result=" integer
 *           | "custom" [ operands ] "body=" ref "vjp=" ref "result=" integer ;
 * hint      = "checkpoint" [ "@" integer ] | ( "recompute" | "result" ) "@" integer ;   (* of a subgraph, numbered from 1; not in a body *)
 * ref       = "@" integer ;                         (* a body above; one that several lines name is the same *)
 * operands  = "(" name { "," name } ")" ;
 * truth     = "true" | "false" ;
 * list      = "[" [ integer { "," integer } ] "]" ;
 *
 * type      = ( "f32" | "f64" | "i32" | "i64" | "bool" | "u8" | "i8" | "i16" | "bf16" ) list ;
 * name      = word | "%" digit { digit } ;
 * word      = letter { letter | digit | "." | "/" } ; (* a letter is A-Z, a-z or _; not graph, body, end, output or update *)
 * element   = decimal | [ "-" ] "inf" | "nan" [ ":" hexdigits ] | integer | "true" | "false" ;  (* as the dtype asks *)
 * string    = '"' { any character but control characters, '"' and '\' | '\' ( '"' | '\' | 'n' | 'r' | 't' | 'u' 4 hexdigits ) } '"' ;
 * eol       = [ "#" any characters ] line end ;       (* spaces, tabs and carriage returns may stand between tokens *)
 * }</pre>
 *
 * <p>A word as a line's name is also the node's label, except where an input's line bears the input's own name. Labels
 * that cannot be words, or are taken, follow as {@code label="…"}. Floats are the shortest decimals that read back to
 * the same bits; a NaN whose bits are not the common ones shows them: {@code nan:7fc00001}. So printing, reading and
 * printing again gives the same text, and the graph read is the graph printed.
 */
@NullMarked
package bytegrad.ir.text;

import org.jspecify.annotations.NullMarked;
